#include <algorithm>
#include <charconv>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

std::string host_address(const json::Value& binding) {
    auto address = string_at(binding, "HostIp");
    if (address.find(':') != std::string::npos) address = "[" + address + "]";
    return address + ":" + string_at(binding, "HostPort");
}

int number_of(std::string_view port) {
    int number = 0;
    std::from_chars(port.data(), port.data() + port.size(), number);
    return number;
}

int print_one(Session& session, const json::Object& ports, const std::string& wanted,
              const std::string& container) {
    const auto* bindings =
        ports.if_contains(wanted.find('/') == std::string::npos ? wanted + "/tcp" : wanted);
    if (!bindings || !bindings->is_array() || bindings->get_array().empty())
        throw Exit(1, fmt::format("Error: No public port '{}' published for {}", wanted, container));
    for (const auto& binding : bindings->get_array()) session.print("{}\n", host_address(binding));
    return 0;
}

int port(Session& session, const Arguments& arguments) {
    auto details = session.client().get(container_path(arguments[0], "/json"));
    const auto* found = find(details, "NetworkSettings.Ports");
    static const json::Object none;
    const auto& ports = found && found->is_object() ? found->get_object() : none;
    if (arguments.positional().size() > 1) return print_one(session, ports, arguments[1], arguments[0]);
    std::vector<std::string> lines;
    for (const auto& [name, bindings] : ports) {
        if (!bindings.is_array()) continue;
        for (const auto& binding : bindings.get_array())
            lines.push_back(fmt::format("{} -> {}", std::string_view(name), host_address(binding)));
    }
    std::ranges::sort(lines, [](const std::string& a, const std::string& b) {
        return std::pair(number_of(a), a) < std::pair(number_of(b), b);
    });
    for (const auto& line : lines) session.print("{}\n", line);
    return 0;
}

}  // namespace

constinit const Command port_command{
    .name = "port",
    .usage = "CONTAINER [PRIVATE_PORT[/PROTO]]",
    .summary = "List port mappings or a specific mapping for the container",
    .options = {},
    .arity = {1, 2},
    .run = port,
    .completes = Completes::running_containers,
    .aliases = "dhow container port, dhow port",
};

}  // namespace dhow::cli
