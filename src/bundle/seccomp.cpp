#include "bundle/seccomp.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

#include <sys/utsname.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "oci/runtime_config_json.hpp"

namespace dhow::bundle {

namespace {

/// A profile as it stands in the file: names in two forms, the older of one name a rule.
struct RuleDocument {
    std::string name;
    std::vector<std::string> names;
    std::string action;
    std::optional<std::uint32_t> errno_ret;
    std::vector<oci::SeccompArgument> args;
    SeccompCondition includes, excludes;
};

struct ProfileDocument {
    std::string default_action;
    std::optional<std::uint32_t> default_errno_ret;
    std::vector<std::string> flags;
    std::vector<std::string> architectures;
    std::vector<SeccompProfile::Architecture> architecture_map;
    std::string listener_path, listener_metadata;
    std::vector<RuleDocument> rules;
};

/// This machine, as Go and as libseccomp name it.
#if defined(__x86_64__)
constexpr std::string_view go_architecture = "amd64", native_architecture = "SCMP_ARCH_X86_64";
#elif defined(__aarch64__)
constexpr std::string_view go_architecture = "arm64", native_architecture = "SCMP_ARCH_AARCH64";
#elif defined(__riscv) && __riscv_xlen == 64
constexpr std::string_view go_architecture = "riscv64", native_architecture = "SCMP_ARCH_RISCV64";
#else
#error "name this architecture"
#endif

bool kernel_is_at_least(const std::string& version) {
    int wanted_major = 0, wanted_minor = 0, major = 0, minor = 0;
    if (std::sscanf(version.c_str(), "%d.%d", &wanted_major, &wanted_minor) != 2)
        throw InvalidArgument("invalid kernel version \"{}\" in a seccomp profile", version);
    utsname name{};
    check(::uname(&name), "uname");
    std::sscanf(name.release, "%d.%d", &major, &minor);
    return std::pair(major, minor) >= std::pair(wanted_major, wanted_minor);
}

bool applies(const SeccompRule& rule, const std::set<std::string>& capabilities) {
    auto has = [&](const std::string& name) { return capabilities.contains(name); };
    auto here = [](const std::string& name) { return name == go_architecture; };
    const auto& in = rule.includes;
    const auto& ex = rule.excludes;
    if (!in.architectures.empty() && std::ranges::none_of(in.architectures, here)) return false;
    if (!std::ranges::all_of(in.capabilities, has)) return false;
    if (!in.min_kernel.empty() && !kernel_is_at_least(in.min_kernel)) return false;
    if (std::ranges::any_of(ex.architectures, here)) return false;
    if (std::ranges::any_of(ex.capabilities, has)) return false;
    return ex.min_kernel.empty() || !kernel_is_at_least(ex.min_kernel);
}

}  // namespace

}  // namespace dhow::bundle

namespace dhow::json {

template <>
struct Members<bundle::SeccompCondition> {
    using T = bundle::SeccompCondition;
    static constexpr auto list =
        std::tuple{member("caps", &T::capabilities), member("arches", &T::architectures),
                   member("minKernel", &T::min_kernel)};
};
template <>
struct Members<bundle::SeccompProfile::Architecture> {
    using T = bundle::SeccompProfile::Architecture;
    static constexpr auto list =
        std::tuple{member("architecture", &T::name), member("subArchitectures", &T::sub_architectures)};
};
template <>
struct Members<bundle::RuleDocument> {
    using T = bundle::RuleDocument;
    static constexpr auto list = std::tuple{
        member("name", &T::name),          member("names", &T::names), member("action", &T::action),
        member("errnoRet", &T::errno_ret), member("args", &T::args),   member("includes", &T::includes),
        member("excludes", &T::excludes)};
};
template <>
struct Members<bundle::ProfileDocument> {
    using T = bundle::ProfileDocument;
    static constexpr auto list = std::tuple{member("defaultAction", &T::default_action),
                                            member("defaultErrnoRet", &T::default_errno_ret),
                                            member("flags", &T::flags),
                                            member("architectures", &T::architectures),
                                            member("archMap", &T::architecture_map),
                                            member("listenerPath", &T::listener_path),
                                            member("listenerMetadata", &T::listener_metadata),
                                            member("syscalls", &T::rules)};
};

}  // namespace dhow::json

namespace dhow::bundle {

SeccompProfile read_seccomp_profile(std::string_view text) try {
    auto document = json::read<ProfileDocument>(text);
    if (!document.architectures.empty() && !document.architecture_map.empty())
        throw InvalidArgument("both 'architectures' and 'archMap' are specified");
    SeccompProfile profile;
    profile.default_action = document.default_action;
    profile.default_errno_ret = document.default_errno_ret;
    profile.flags = document.flags;
    profile.architectures = document.architectures;
    profile.architecture_map = document.architecture_map;
    profile.listener_path = document.listener_path;
    profile.listener_metadata = document.listener_metadata;
    for (auto& rule : document.rules) {
        if (!rule.name.empty() && !rule.names.empty())
            throw InvalidArgument("both 'name' and 'names' are specified in a rule");
        if (!rule.name.empty()) rule.names.push_back(rule.name);
        profile.rules.push_back(
            {rule.names, rule.action, rule.errno_ret, rule.args, rule.includes, rule.excludes});
    }
    return profile;
} catch (Error& error) {
    error.add_context("Decoding seccomp profile failed");
    throw;
}

oci::Seccomp resolve_seccomp(const SeccompProfile& profile, const std::vector<std::string>& capabilities) {
    oci::Seccomp seccomp;
    seccomp.default_action = profile.default_action;
    seccomp.default_errno_ret = profile.default_errno_ret;
    seccomp.flags = profile.flags;
    seccomp.listener_path = profile.listener_path;
    seccomp.listener_metadata = profile.listener_metadata;
    seccomp.architectures = profile.architectures;
    for (const auto& architecture : profile.architecture_map) {
        if (architecture.name != native_architecture) continue;
        seccomp.architectures.push_back(architecture.name);
        for (const auto& sub : architecture.sub_architectures) seccomp.architectures.push_back(sub);
    }
    std::set<std::string> had(capabilities.begin(), capabilities.end());
    for (const auto& rule : profile.rules)
        if (applies(rule, had))
            seccomp.syscalls.push_back({rule.names, rule.action, rule.errno_ret, rule.args});
    return seccomp;
}

}  // namespace dhow::bundle
