#include <array>
#include <cerrno>
#include <utility>

#include <sys/personality.h>
#include <sys/resource.h>

#include "base/error.hpp"
#include "runtime/parent/plans.hpp"

namespace dhow::runtime::parent {

namespace {

constexpr std::array<std::pair<std::string_view, int>, 16> limit_names{{
    {"RLIMIT_AS", RLIMIT_AS},
    {"RLIMIT_CORE", RLIMIT_CORE},
    {"RLIMIT_CPU", RLIMIT_CPU},
    {"RLIMIT_DATA", RLIMIT_DATA},
    {"RLIMIT_FSIZE", RLIMIT_FSIZE},
    {"RLIMIT_LOCKS", RLIMIT_LOCKS},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},
    {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
    {"RLIMIT_NICE", RLIMIT_NICE},
    {"RLIMIT_NOFILE", RLIMIT_NOFILE},
    {"RLIMIT_NPROC", RLIMIT_NPROC},
    {"RLIMIT_RSS", RLIMIT_RSS},
    {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
    {"RLIMIT_RTTIME", RLIMIT_RTTIME},
    {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
    {"RLIMIT_STACK", RLIMIT_STACK},
}};

std::vector<init::LimitStep> limits_of_process(const oci::Process& process) {
    std::vector<init::LimitStep> steps;
    for (const auto& asked : process.rlimits) {
        bool known = false;
        for (const auto& [name, resource] : limit_names) {
            if (name != asked.type) continue;
            steps.push_back({resource, {.rlim_cur = asked.soft, .rlim_max = asked.hard}, asked.type});
            known = true;
        }
        if (!known) throw InvalidArgument("invalid rlimit type: {}", asked.type);
        if (asked.soft > asked.hard)
            throw InvalidArgument("{}: the soft limit is greater than the hard one", asked.type);
    }
    return steps;
}

linux::CapabilityMask mask_of(const std::vector<std::string>& names) {
    linux::CapabilityMask mask = 0;
    static const int last = linux::last_capability();
    for (const auto& name : names) {
        auto number = linux::find_capability(name);
        if (!number) throw InvalidArgument("unknown capability \"{}\"", name);
        // One that is newer than the kernel is nothing that could be given.
        if (*number <= last) mask |= linux::CapabilityMask{1} << *number;
    }
    return mask;
}

linux::CapabilitySets capabilities_of(const oci::Process& process) {
    if (!process.capabilities) return {};
    const auto& asked = *process.capabilities;
    return {.bounding = mask_of(asked.bounding),
            .effective = mask_of(asked.effective),
            .permitted = mask_of(asked.permitted),
            .inheritable = mask_of(asked.inheritable),
            .ambient = mask_of(asked.ambient)};
}

std::string value_in(const std::vector<std::string>& env, std::string_view name) {
    for (const auto& entry : env)
        if (entry.starts_with(name)) return entry.substr(name.size());
    return {};
}

void set_pointers(init::ProgramPlan& plan) {
    for (const auto& arg : plan.args) plan.arg_pointers.push_back(const_cast<char*>(arg.c_str()));
    plan.arg_pointers.push_back(nullptr);
    for (const auto& entry : plan.env) plan.env_pointers.push_back(const_cast<char*>(entry.c_str()));
    if (plan.home_wanted) plan.env_pointers.push_back(nullptr);
    plan.env_pointers.push_back(nullptr);
}

}  // namespace

unsigned long personality_of(const oci::Personality& personality) {
    if (!personality.flags.empty()) throw InvalidArgument("flags of the personality are not supported");
    if (personality.domain == "LINUX") return PER_LINUX;
    if (personality.domain == "LINUX32") return PER_LINUX32;
    throw InvalidArgument("unknown personality \"{}\"", personality.domain);
}

init::ProgramPlan plan_program(const oci::Process& process) {
    init::ProgramPlan plan;
    plan.args = process.args;
    plan.env = process.env;
    plan.path = value_in(plan.env, "PATH=");
    plan.home_wanted = value_in(plan.env, "HOME=").empty();
    if (plan.home_wanted)
        std::erase_if(plan.env, [](const auto& entry) { return entry.starts_with("HOME="); });
    plan.cwd = process.cwd;
    plan.uid = process.user.uid;
    plan.gid = process.user.gid;
    plan.groups.assign(process.user.additional_gids.begin(), process.user.additional_gids.end());
    plan.umask = process.user.umask.value_or(022) & 0777;
    plan.capabilities = capabilities_of(process);
    plan.limits = limits_of_process(process);
    plan.no_new_privileges = process.no_new_privileges;
    plan.terminal = process.terminal;
    if (process.console_size)
        plan.terminal_size = {.rows = process.console_size->height, .columns = process.console_size->width};
    set_pointers(plan);
    return plan;
}

}  // namespace dhow::runtime::parent
