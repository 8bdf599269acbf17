#include <array>

#include <unistd.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/credentials/store.hpp"
#include "cli/terminal/raw_mode.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    text("password", 'p', "Password or Personal Access Token (PAT)"),
    flag("password-stdin", 0, "Take the Password or Personal Access Token (PAT) from stdin"),
    text("username", 'u', "Username"),
};

std::string read_line(bool to_end) {
    std::string line;
    char c = 0;
    while (::read(STDIN_FILENO, &c, 1) == 1 && (to_end || c != '\n')) line += c;
    while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
    return line;
}

/// A line typed without being shown.
std::string read_secret(Session& session, std::string_view prompt) {
    session.print("{}", prompt);
    session.flush();
    termios before{};
    ::tcgetattr(STDIN_FILENO, &before);
    auto hidden = before;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    auto secret = read_line(false);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
    session.print("\n");
    return secret;
}

/// Asks for what is missing.
void complete(Session& session, const Arguments& arguments, wire::AuthConfig& config) {
    config.username = arguments.text("username");
    config.password = arguments.text("password");
    if (arguments.has("password"))
        session.error("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
    if (arguments.flag("password-stdin")) {
        if (arguments.has("password"))
            throw InvalidArgument("--password and --password-stdin are mutually exclusive");
        if (config.username.empty())
            throw InvalidArgument("the --password-stdin option requires --username to be set");
        config.password = read_line(true);
    }
    if (!config.username.empty() && !config.password.empty()) return;
    if (!is_terminal(STDIN_FILENO))
        throw Exit(1, "Error: Cannot perform an interactive login from a non TTY device");
    if (config.username.empty()) {
        session.print("Username: ");
        session.flush();
        config.username = read_line(false);
    }
    if (config.username.empty()) throw InvalidArgument("username is required");
    if (config.password.empty()) config.password = read_secret(session, "Password: ");
    if (config.password.empty()) throw InvalidArgument("password is required");
}

int login(Session& session, const Arguments& arguments) {
    auto key = registry_key(arguments.positional().empty() ? "" : arguments[0]);
    CredentialStore store;
    wire::AuthConfig config;
    bool given = arguments.has("username") || arguments.has("password") || arguments.flag("password-stdin");
    if (!given) config = store.get(key);
    bool known = !config.username.empty() || !config.identity_token.empty();
    config.server_address = key;
    if (known)
        session.print("Authenticating with existing credentials... [Username: {}]\n\n", config.username);
    else
        complete(session, arguments, config);
    auto answer = session.client().post("/auth", json::to(config));
    if (auto token = string_at(answer, "IdentityToken"); !token.empty()) {
        config.password.clear();
        config.identity_token = token;
    }
    if (auto file = store.put(config); file && !known)
        session.error(
            fmt::format("\nWARNING! Your credentials are stored unencrypted in '{}'.\n"
                        "Configure a credential helper to remove this warning. See\n"
                        "https://docs.docker.com/go/credential-store/\n",
                        file->string()));
    session.print("{}\n", string_at(answer, "Status"));
    return 0;
}

int logout(Session& session, const Arguments& arguments) {
    auto key = registry_key(arguments.positional().empty() ? "" : arguments[0]);
    session.print("Removing login credentials for {}\n", key);
    CredentialStore().erase(key);
    return 0;
}

}  // namespace

constinit const Command login_command{
    .name = "login",
    .usage = "[OPTIONS] [SERVER]",
    .summary = "Authenticate to a registry",
    .options = options,
    .arity = {0, 1},
    .run = login,
};

constinit const Command logout_command{
    .name = "logout",
    .usage = "[SERVER]",
    .summary = "Log out from a registry",
    .options = {},
    .arity = {0, 1},
    .run = logout,
};

}  // namespace dhow::cli
