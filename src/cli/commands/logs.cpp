#include <array>

#include <unistd.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "client/streams.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    flag("details", 0, "Show extra details provided to logs"),
    flag("follow", 'f', "Go on with what is written from now on"),
    text("since", 0, "Show logs since a moment (e.g. \"2013-01-02T13:23:37Z\") or an age (e.g. \"42m\")"),
    text("tail", 'n', "Number of lines to show from the end of the logs", "all"),
    flag("timestamps", 't', "Show timestamps"),
    text("until", 0, "Show logs before a moment (e.g. \"2013-01-02T13:23:37Z\") or an age (e.g. \"42m\")"),
};

std::string named_moment(std::string_view option, std::string_view text) {
    return with_context(fmt::format("invalid value for \"{}\"", option), [&] { return moment(text); });
}

std::string target_of(const Arguments& arguments, const std::string& id) {
    client::Target target(container_path(id, "/logs"));
    target.add("stdout", "1").add("stderr", "1").add("tail", arguments.text("tail"));
    target.add_if(arguments.flag("follow"), "follow", "1")
        .add_if(arguments.flag("timestamps"), "timestamps", "1");
    target.add_if(arguments.flag("details"), "details", "1");
    target.add_if(arguments.has("since"), "since", named_moment("since", arguments.text("since")));
    target.add_if(arguments.has("until"), "until", named_moment("until", arguments.text("until")));
    return target.take();
}

int logs(Session& session, const Arguments& arguments) {
    auto& client = session.client();
    auto details = client.get(container_path(arguments[0], "/json"));
    auto connection =
        client.call({.method = "GET", .target = target_of(arguments, string_at(details, "Id"))});
    bool raw = bool_at(details, "Config.Tty");
    client::FrameReader frames([](client::FrameReader::Stream to, std::string_view data) {
        if (to == client::FrameReader::Stream::system)
            throw Unavailable("error from daemon in stream: {}", data);
        client::write_all(to == client::FrameReader::Stream::err ? STDERR_FILENO : STDOUT_FILENO, data);
    });
    for (auto some = connection.read(); !some.empty(); some = connection.read()) {
        if (raw)
            client::write_all(STDOUT_FILENO, some);
        else
            frames.feed(some);
    }
    return 0;
}

}  // namespace

constinit const Command logs_command{
    .name = "logs",
    .usage = "[OPTIONS] CONTAINER",
    .summary = "Fetch the logs of a container",
    .options = options,
    .arity = {1, 1},
    .run = logs,
    .completes = Completes::containers,
    .aliases = "dhow container logs, dhow logs",
};

}  // namespace dhow::cli
