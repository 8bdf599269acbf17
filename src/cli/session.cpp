#include "cli/session.hpp"

#include <cstdlib>
#include <deque>

#include <unistd.h>

#include "base/text.hpp"
#include "cli/format/text.hpp"

namespace dhow::cli {

namespace {

constexpr std::size_t enough_to_write = 32 * 1024;
constexpr std::size_t most_at_once = 50;  // as docker asks

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

}  // namespace

client::Client& Session::client() {
    if (!client_) {
        std::string_view host = host_;
        if (host.empty()) host = environment("DHOW_HOST");
        if (host.empty()) host = environment("DOCKER_HOST");
        if (host.empty()) host = client::default_endpoint;
        client_ = std::make_unique<client::Client>(client::parse_endpoint(host),
                                                   std::string(environment("DOCKER_API_VERSION")));
    }
    return *client_;
}

void Session::write(std::string_view text) {
    pending_ += text;
    if (pending_.size() >= enough_to_write) flush();
}

void Session::flush() {
    std::string_view rest = pending_;
    while (!rest.empty()) {
        auto written = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    pending_.clear();
}

void Session::error(std::string_view line) {
    flush();
    std::string text(line);
    text += '\n';
    // Nobody is left to be told when standard error fails.
    [[maybe_unused]] auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

int Session::for_each(const std::vector<std::string>& names,
                      const std::function<std::optional<std::string>(const std::string&)>& action) {
    std::vector<std::string> failures;
    for (const auto& name : names) {
        try {
            if (auto text = action(name)) print("{}\n", *text);
        } catch (const Error& failure) {
            failures.push_back(message_of(failure));
        }
    }
    if (failures.empty()) return 0;
    error(join(failures, "\n"));
    return 1;
}

int Session::ask_for_each(const std::vector<std::string>& names,
                          const std::function<client::Request(const std::string&)>& request_of,
                          const std::function<bool(const Error&)>& matters) {
    if (names.size() > 1) client().negotiate();
    std::deque<std::pair<std::string, client::Connection>> asked;
    std::vector<std::string> failures;
    int status = 0;
    auto attempt = [&](auto&& step) {
        try {
            step();
        } catch (const Error& failure) {
            failures.push_back(message_of(failure));
            if (!matters || matters(failure)) status = 1;
        }
    };
    auto settle_first = [&] {
        auto [name, connection] = std::move(asked.front());
        asked.pop_front();
        attempt([&] {
            client().finish(connection);
            connection.read_all();
            client().keep(std::move(connection));
            print("{}\n", name);
        });
    };
    for (const auto& name : names) {
        if (names.size() == 1) {
            attempt([&] {
                client().json(request_of(name));
                print("{}\n", name);
            });
            break;
        }
        if (asked.size() == most_at_once) settle_first();
        attempt([&] { asked.emplace_back(name, client().start(request_of(name))); });
    }
    while (!asked.empty()) settle_first();
    if (!failures.empty()) error(join(failures, "\n"));
    return status;
}

std::string message_of(const Error& error) {
    if (dynamic_cast<const client::DaemonError*>(&error))
        return "Error response from daemon: " + error.message();
    return error.message();
}

bool confirm(Session& session, std::string_view question) {
    session.print("{} [y/N] ", question);
    session.flush();
    std::string answer;
    char c = 0;
    while (::read(STDIN_FILENO, &c, 1) == 1 && c != '\n') answer += c;
    answer = lower(answer);
    return answer == "y" || answer == "yes";
}

}  // namespace dhow::cli
