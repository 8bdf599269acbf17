#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/create/body.hpp"
#include "cli/create/parts.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    value("blkio-weight", 0, "uint16", "Weight of block I/O, 10 to 1000, or 0 for none", check_uint16),
    value("cpu-period", 0, "int", "Period of the CPU limit, in microseconds", check_integer),
    value("cpu-quota", 0, "int", "CPU time a period, in microseconds", check_integer),
    value("cpu-rt-period", 0, "int", "Period of the real-time CPU limit, in microseconds", check_integer),
    value("cpu-rt-runtime", 0, "int", "Real-time CPU time a period, in microseconds", check_integer),
    value("cpu-shares", 'c', "int", "CPU shares (relative weight)", check_integer),
    value("cpus", 0, "decimal", "Number of CPUs", check_cpus),
    text("cpuset-cpus", 0, "CPUs that may be used (0-3, 0,1)"),
    text("cpuset-mems", 0, "Memory nodes that may be used (0-3, 0,1)"),
    value("memory", 'm', "bytes", "Limit of memory", check_size),
    value("memory-reservation", 0, "bytes", "Soft limit of memory", check_size),
    value("memory-swap", 0, "bytes", "Limit of memory and swap together; '-1' for no limit of swap",
          check_swap),
    value("pids-limit", 0, "int", "Limit of processes (-1 for none)", check_integer),
    choice("restart", "When to start the container again after it exits",
           "no|always|on-failure|unless-stopped"),
};

int update(Session& session, const Arguments& arguments) {
    bool changes = false;
    for (const auto& option : options) changes = changes || arguments.has(option.name);
    if (!changes) throw Exit(1, "you must provide one or more flags when using this command");
    wire::ContainerUpdate body;
    apply_resources(arguments, options, body);
    body.restart_policy = parse_restart(arguments.text("restart"));
    std::vector<std::string> warnings;
    int status = session.for_each(arguments.positional(), [&](const std::string& name) {
        auto answer = session.client().post(container_path(name, "/update"), json::to(body));
        for (const auto& warning : array_at(answer, "Warnings"))
            if (warning.is_string()) warnings.emplace_back(warning.get_string().c_str());
        return std::optional(name);
    });
    if (!warnings.empty()) session.error(join(warnings, "\n"));
    return status;
}

}  // namespace

constinit const Command update_command{
    .name = "update",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Update configuration of one or more containers",
    .options = options,
    .arity = {1, -1},
    .run = update,
    .completes = Completes::containers,
    .aliases = "dhow container update, dhow update",
};

}  // namespace dhow::cli
