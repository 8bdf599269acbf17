#include <unistd.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "linux/pidfd.hpp"
#include "linux/spawn.hpp"
#include "programs/dhow-runtime/verbs.hpp"
#include "runtime/container.hpp"

namespace dhow::runtime_program {

namespace {

constexpr Option list_table[] = {{"format", "f", true, "table (default) or json"},
                                 {"quiet", "q", false, "ids alone"}};
constexpr Option ps_table[] = {{"format", "f", true, "table (default) or json"}};

json::Object document_of(const runtime::ContainerState& state) {
    json::Object document;
    document.emplace("ociVersion", "1.2.0");
    document.emplace("id", state.id);
    document.emplace("pid", state.pid);
    document.emplace("status", runtime::status_name(state.status));
    document.emplace("bundle", state.bundle.native());
    document.emplace("rootfs", state.rootfs.native());
    document.emplace("created", state.created);
    if (!state.annotations.empty()) document.emplace("annotations", json::to(state.annotations));
    document.emplace("owner", state.owner == "root" ? "" : state.owner);
    return document;
}

void check_format(const std::string& format) {
    if (format != "table" && format != "json") throw InvalidArgument("invalid format option: {}", format);
}

}  // namespace

const std::span<const Option> list_options = list_table;
const std::span<const Option> ps_options = ps_table;

int state_verb(const Invocation& invocation) {
    auto state = runtime::state(invocation.context.state_root, invocation.only_id());
    fmt::print("{}\n", json::dump_pretty(document_of(state), 2));
    return 0;
}

int list_verb(const Invocation& invocation) {
    auto format = invocation.options.get("format", "table");
    check_format(format);
    auto states = runtime::list(invocation.context.state_root);
    if (invocation.options.has("quiet")) {
        for (const auto& state : states) fmt::print("{}\n", state.id);
        return 0;
    }
    if (format == "json") {
        json::Array documents;
        for (const auto& state : states) documents.push_back(document_of(state));
        fmt::print("{}\n", json::dump(documents));
        return 0;
    }
    std::size_t id = 12, bundle = 12;
    for (const auto& state : states) {
        id = std::max(id, state.id.size() + 3);
        bundle = std::max(bundle, state.bundle.native().size() + 3);
    }
    auto row = [&](const auto& first, const auto& pid, const auto& status, const auto& folder,
                   const auto& created, const auto& owner) {
        fmt::print("{:<{}}{:<12}{:<12}{:<{}}{:<33}{}\n", first, id, pid, status, folder, bundle, created,
                   owner);
    };
    row("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER");
    for (const auto& state : states)
        row(state.id, state.pid, runtime::status_name(state.status), state.bundle.native(), state.created,
            state.owner);
    return 0;
}

int ps_verb(const Invocation& invocation) {
    auto format = invocation.options.get("format", "table");
    check_format(format);
    if (invocation.arguments.empty()) throw InvalidArgument("the container's id is missing");
    auto pids = runtime::processes(invocation.context.state_root, invocation.arguments.front());
    if (format == "json") {
        json::Array list(pids.begin(), pids.end());
        fmt::print("{}\n", json::dump(list));
        return 0;
    }
    // The host's own ps knows all the columns that people ask for; it is told which processes.
    std::vector<std::string> args{"ps"};
    args.insert(args.end(), invocation.arguments.begin() + 1, invocation.arguments.end());
    if (args.size() == 1) args.push_back("-f");
    std::string list;
    for (pid_t pid : pids) list += (list.empty() ? "" : ",") + std::to_string(pid);
    if (list.empty()) throw Conflict("the container has no process");
    args.push_back("-p");
    args.push_back(list);
    auto child = linux::spawn({.program = "/bin/ps",
                               .args = args,
                               .env = {"PATH=/usr/bin:/bin"},
                               .descriptors = {{1, 1}, {2, 2}},
                               .working_directory = ""});
    return linux::pidfd_reap(child.pidfd.get())->status();
}

}  // namespace dhow::runtime_program
