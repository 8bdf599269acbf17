#include "cli/credentials/helper.hpp"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "cli/format/text.hpp"
#include "cli/programs.hpp"
#include "client/connection.hpp"
#include "linux/spawn.hpp"

extern char** environ;

namespace dhow::cli {

namespace {

struct Secret {
    std::string server_url, username, secret;
};

/// The name of a token instead of a password.
constexpr std::string_view token_user = "<token>";

std::string read_to_end(int fd) {
    std::string text;
    char buffer[4096];
    for (;;) {
        auto count = ::read(fd, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (check(count, "read from a credential helper") == 0) return text;
        text.append(buffer, static_cast<std::size_t>(count));
    }
}

/// Runs `docker-credential-HELPER VERB` with `input`. @return what it printed, and whether it succeeded
std::pair<std::string, bool> run_helper(const std::string& helper, const std::string& verb,
                                        const std::string& input) {
    if (helper.find('/') != std::string::npos)
        throw InvalidArgument("\"{}\" names no credential helper", helper);
    auto name = "docker-credential-" + helper;
    int in[2], out[2];
    check(::pipe2(in, O_CLOEXEC), "make a pipe");
    UniqueFd in_read(in[0]), in_write(in[1]);
    check(::pipe2(out, O_CLOEXEC), "make a pipe");
    UniqueFd out_read(out[0]), out_write(out[1]);
    linux::SpawnRequest request;
    auto program = find_program(name);
    if (!program)
        throw NotFound("error getting credentials - err: exec: \"{}\": executable file not found in $PATH",
                       name);
    request.program = *program;
    request.args = {name, verb};
    for (char** entry = environ; *entry; ++entry) request.env.emplace_back(*entry);
    request.descriptors = {{in_read.get(), 0}, {out_write.get(), 1}, {STDERR_FILENO, 2}};
    auto child = linux::spawn(request);
    in_read.reset();
    out_write.reset();
    auto before = ::signal(SIGPIPE, SIG_IGN);
    try {
        client::write_all(in_write.get(), input);
    } catch (const SystemError&) {
        // It ended without reading: its status tells.
    }
    ::signal(SIGPIPE, before);
    in_write.reset();
    auto output = read_to_end(out_read.get());
    int status = 0;
    while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) continue;
    while (output.ends_with('\n')) output.pop_back();
    return {output, WIFEXITED(status) && WEXITSTATUS(status) == 0};
}

}  // namespace

}  // namespace dhow::cli

template <>
struct dhow::json::Members<dhow::cli::Secret> {
    using T = dhow::cli::Secret;
    static constexpr auto list = std::tuple{member("ServerURL", &T::server_url),
                                            member("Username", &T::username), member("Secret", &T::secret)};
};

namespace dhow::cli {

std::optional<wire::AuthConfig> ask_helper(const std::string& helper, const std::string& key) {
    auto [output, good] = run_helper(helper, "get", key);
    if (!good) {
        if (output.find("credentials not found") != std::string::npos) return std::nullopt;
        throw Unavailable("error getting credentials - err: docker-credential-{} failed, out: `{}`", helper,
                          output);
    }
    auto secret = json::read<Secret>(output);
    wire::AuthConfig config;
    config.server_address = key;
    if (secret.username == token_user) {
        config.identity_token = secret.secret;
    } else {
        config.username = secret.username;
        config.password = secret.secret;
    }
    return config;
}

void tell_helper(const std::string& helper, const wire::AuthConfig& config) {
    Secret secret{config.server_address, config.username, config.password};
    if (!config.identity_token.empty()) {
        secret.username = token_user;
        secret.secret = config.identity_token;
    }
    auto [output, good] = run_helper(helper, "store", json::write(secret));
    if (!good)
        throw Unavailable("error storing credentials - err: docker-credential-{} failed, out: `{}`", helper,
                          output);
}

void erase_from_helper(const std::string& helper, const std::string& key) {
    auto [output, good] = run_helper(helper, "erase", key);
    if (!good && output.find("credentials not found") == std::string::npos)
        throw Unavailable("error erasing credentials - err: docker-credential-{} failed, out: `{}`", helper,
                          output);
}

}  // namespace dhow::cli
