#include "base/version.hpp"

#include <array>
#include <ctime>

#include <sys/utsname.h>

#include "base/units.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/format/listing.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{document_format_option};

std::string architecture() {
    utsname name{};
    ::uname(&name);
    std::string_view machine = name.machine;
    return std::string(machine == "x86_64" ? "amd64" : machine == "aarch64" ? "arm64" : machine);
}

json::Object client_document(const std::string& api_version) {
    return {{"Version", version},
            {"ApiVersion", api_version},
            {"DefaultAPIVersion", client::newest_version},
            {"Os", "linux"},
            {"Arch", architecture()}};
}

/// "2024-05-01T12:00:00Z" as "Wed May  1 12:00:00 2024"; what is no such moment stands as it is.
std::string build_time(const std::string& text) {
    try {
        auto seconds =
            static_cast<std::time_t>(parse_timestamp(text).time_since_epoch().count() / 1000000000);
        std::tm parts{};
        ::gmtime_r(&seconds, &parts);
        char formatted[64];
        std::strftime(formatted, sizeof formatted, "%a %b %e %H:%M:%S %Y", &parts);
        return formatted;
    } catch (const InvalidArgument&) {
        return text;
    }
}

std::string engine_text(const json::Value& server) {
    auto minimum = string_at(server, "MinAPIVersion");
    auto text = fmt::format(" Engine:\n  Version:          {}\n  API version:      {}{}\n",
                            string_at(server, "Version"), string_at(server, "ApiVersion"),
                            minimum.empty() ? "" : fmt::format(" (minimum version {})", minimum));
    auto line = [&](std::string_view title, const std::string& value) {
        if (!value.empty()) text += fmt::format("  {:<17} {}\n", fmt::format("{}:", title), value);
    };
    line("Go version", string_at(server, "GoVersion"));
    line("Git commit", string_at(server, "GitCommit"));
    line("Built", build_time(string_at(server, "BuildTime")));
    text += fmt::format("  OS/Arch:          {}/{}\n  Experimental:     {}\n", string_at(server, "Os"),
                        string_at(server, "Arch"), bool_at(server, "Experimental"));
    return text;
}

std::string component_text(const json::Value& component) {
    auto name = string_at(component, "Name");
    if (name == "Engine") return {};
    auto text = fmt::format(" {}:\n  Version:          {}\n", name, string_at(component, "Version"));
    if (const auto* details = find(component, "Details"); details && details->is_object())
        for (const auto& [key, value] : details->get_object())
            if (value.is_string())
                text += fmt::format("  {:<17} {}\n", std::string(key) + ":", value.get_string().c_str());
    return text;
}

std::string server_text(const json::Value& server) {
    auto platform = string_at(server, "Platform.Name");
    auto text = fmt::format("\nServer:{}{}\n", platform.empty() ? "" : " ", platform) + engine_text(server);
    for (const auto& component : array_at(server, "Components")) text += component_text(component);
    return text;
}

int show_version(Session& session, const Arguments& arguments) {
    json::Value server;
    std::string failure;
    try {
        server = session.client().get("/version");
    } catch (const Error& error) {
        failure = message_of(error);
    }
    std::string api_version(client::newest_version);
    if (failure.empty()) api_version = session.client().version();
    if (auto format = arguments.text("format"); !format.empty()) {
        json::Value document(json::Object{{"Client", client_document(api_version)}, {"Server", server}});
        session.write(format_document(format, document, "command.versionInfo"));
    } else {
        session.print(
            "Client:\n Version:           {}\n API version:       {}\n OS/Arch:           linux/{}\n",
            version, api_version, architecture());
        if (failure.empty()) session.write(server_text(server));
    }
    if (!failure.empty()) throw Exit(1, failure);
    return 0;
}

}  // namespace

constinit const Command version_command{
    .name = "version",
    .usage = "[OPTIONS]",
    .summary = "Show the version information of client and daemon",
    .options = options,
    .arity = {0, 0},
    .run = show_version,
};

}  // namespace dhow::cli
