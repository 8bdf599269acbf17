#include "engine/events.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace dhow::engine {

namespace {

/// The name of an event's kind: "exec_create" of "exec_create: sh -c ls".
std::string_view action_word(std::string_view action) { return action.substr(0, action.find(':')); }

std::string attribute(const Event& event, const char* name) {
    auto found = event.attributes.find(name);
    return found == event.attributes.end() ? std::string() : found->second;
}

/// Filters container=, image=, ...: by id, by its beginning, or by name, of events of that type alone.
bool actor_matches(const Event& event, const Filters& filters, std::string_view type) {
    if (!filters.has(type)) return true;
    if (event.type != type) return false;
    auto name = attribute(event, "name");
    return filters.matches_prefix(type, event.id) || (!name.empty() && filters.matches(type, name));
}

bool image_matches(const Event& event, const Filters& filters) {
    if (!filters.has("image")) return true;
    auto without_tag = [](const std::string& name) {
        auto colon = name.rfind(':');
        auto slash = name.rfind('/');
        bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
        return tagged ? name.substr(0, colon) : name;
    };
    auto name = attribute(event, event.type == "image" ? "name" : "image");
    return filters.matches("image", event.id) || filters.matches("image", name) ||
           filters.matches("image", without_tag(name)) || filters.matches("image", without_tag(event.id));
}

}  // namespace

bool event_matches(const Event& event, const Filters& filters) {
    if (!filters.matches("type", event.type) || !filters.matches("scope", "local")) return false;
    if (filters.has("event") && !filters.matches("event", event.action) &&
        !filters.matches("event", action_word(event.action)))
        return false;
    for (auto type : {"container", "volume", "network", "daemon"})
        if (!actor_matches(event, filters, type)) return false;
    return image_matches(event, filters) && filters.matches_labels(event.attributes);
}

Task<std::optional<Event>> EventStream::next() {
    while (true) {
        if (!waiting_.empty()) {
            auto event = std::move(waiting_.front());
            waiting_.pop_front();
            co_return event;
        }
        if (closed_) co_return std::nullopt;
        auto limit = std::chrono::nanoseconds(std::chrono::hours(24));
        if (query_.until) {
            auto left = *query_.until - now();
            if (left <= std::chrono::nanoseconds(0)) co_return std::nullopt;
            limit = std::min<std::chrono::nanoseconds>(limit, left);
        }
        co_await arrived_.wait_for(limit);
    }
}

void EventStream::close() {
    closed_ = true;
    waiting_.clear();
    arrived_.notify();
}

void EventStream::offer(const Event& event) {
    // A client that does not read its stream is cut off rather than allowed to fill the daemon's memory.
    constexpr std::size_t most_waiting = 16384;
    if (closed_ || !event_matches(event, query_.filters)) return;
    if (query_.until && event.time > *query_.until) return;
    if (waiting_.size() >= most_waiting) return close();
    waiting_.push_back(event);
    arrived_.notify();
}

void Events::publish(Event event) {
    if (event.time == Timestamp{}) event.time = now();
    for (auto stream = streams_.begin(); stream != streams_.end();) {
        auto alive = stream->lock();
        if (alive && !alive->closed_) {
            alive->offer(event);
            ++stream;
        } else {
            stream = streams_.erase(stream);
        }
    }
    history_.push_back(std::move(event));
    if (history_.size() > history_size) history_.pop_front();
}

void Events::publish(std::string type, std::string action, std::string id,
                     std::map<std::string, std::string> attributes) {
    publish(Event{std::move(type), std::move(action), std::move(id), std::move(attributes), {}});
}

std::shared_ptr<EventStream> Events::subscribe(EventsQuery query) {
    query.filters.require_known({"type", "event", "container", "image", "volume", "network", "daemon",
                                 "label", "scope", "plugin", "service", "node", "secret", "config"});
    if (query.since && query.until && *query.until < *query.since)
        throw InvalidArgument("`since` time cannot be after `until` time");
    auto stream = std::make_shared<EventStream>(executor_, std::move(query));
    if (stream->query_.since)
        for (const auto& event : history_)
            if (event.time >= *stream->query_.since) stream->offer(event);
    streams_.push_back(stream);
    return stream;
}

std::size_t Events::listeners() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(streams_, [](const auto& stream) { return !stream.expired(); }));
}

}  // namespace dhow::engine
