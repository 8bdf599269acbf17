#include "engine/events.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dhow::engine {

namespace {

Event start_event() {
    return {
        "container", "start", "0123abcd", {{"name", "web"}, {"image", "nginx:1"}, {"tier", "front"}}, now()};
}

bool matches(std::string name, std::string value) {
    Filters filters;
    filters.add(std::move(name), std::move(value));
    return event_matches(start_event(), filters);
}

}  // namespace

TEST(EventFilters, SelectByTypeActionActorImageAndLabel) {
    EXPECT_TRUE(matches("type", "container"));
    EXPECT_FALSE(matches("type", "image"));
    EXPECT_TRUE(matches("event", "start"));
    EXPECT_FALSE(matches("event", "die"));
    EXPECT_TRUE(matches("container", "web"));
    EXPECT_TRUE(matches("container", "0123"));
    EXPECT_FALSE(matches("container", "db"));
    EXPECT_TRUE(matches("image", "nginx"));
    EXPECT_TRUE(matches("image", "nginx:1"));
    EXPECT_FALSE(matches("image", "busybox"));
    EXPECT_TRUE(matches("label", "tier=front"));
    EXPECT_FALSE(matches("label", "tier=back"));
    EXPECT_FALSE(matches("volume", "data"));
}

TEST(EventFilters, TakeTheWordOfAnExecForItsKind) {
    auto event = start_event();
    event.action = "exec_create: sh -c ls";
    Filters filters;
    filters.add("event", "exec_create");
    EXPECT_TRUE(event_matches(event, filters));
}

TEST(Events, GiveTheHistorySinceAndThenWhatHappens) {
    asio::io_context loop;
    Events events(loop.get_executor());
    for (std::size_t i = 0; i < Events::history_size + 10; ++i) events.publish(start_event());
    EventsQuery query;
    query.since = Timestamp{};
    auto stream = events.subscribe(std::move(query));
    std::size_t seen = 0;
    auto body = [&]() -> Task<void> {
        while (co_await stream->next()) {
            ++seen;
            if (seen == Events::history_size) events.publish(start_event());
            if (seen == Events::history_size + 1) stream->close();
        }
    };
    asio::co_spawn(loop, body, asio::detached);
    loop.run();
    EXPECT_EQ(seen, Events::history_size + 1);
}

TEST(Events, RefuseUnknownFiltersAndATimeThatRunsBackwards) {
    asio::io_context loop;
    Events events(loop.get_executor());
    EventsQuery unknown;
    unknown.filters.add("colour", "red");
    EXPECT_THROW(events.subscribe(std::move(unknown)), InvalidArgument);
    EventsQuery backwards;
    backwards.since = now();
    backwards.until = *backwards.since - std::chrono::seconds(1);
    EXPECT_THROW(events.subscribe(std::move(backwards)), InvalidArgument);
}

TEST(Filters, CompareAsDockerDoes) {
    Filters filters;
    filters.add("name", "^/we.$");
    EXPECT_TRUE(filters.matches_pattern("name", "/web"));
    EXPECT_FALSE(filters.matches_pattern("name", "/webs"));
    filters.add("dangling", "maybe");
    EXPECT_THROW(filters.boolean("dangling"), InvalidArgument);
    EXPECT_THROW(filters.require_known({"name"}), InvalidArgument);
    auto at = now();
    EXPECT_EQ(parse_moment("10m", at), at - std::chrono::minutes(10));
    EXPECT_EQ(parse_moment("1.5", at), Timestamp(std::chrono::milliseconds(1500)));
    EXPECT_EQ(format_timestamp(parse_moment("2026-01-02", at)), "2026-01-02T00:00:00Z");
    EXPECT_THROW(parse_moment("soon", at), InvalidArgument);
}

}  // namespace dhow::engine
