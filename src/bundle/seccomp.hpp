#pragma once
// Seccomp profiles: docker's profile format (which knows capabilities, architectures and kernel versions),
// and what becomes of it for one container.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/runtime_config.hpp"

namespace dhow::bundle {

/// When a rule of a profile counts.
struct SeccompCondition {
    std::vector<std::string> capabilities;   ///< includes: each must be had; excludes: one suffices
    std::vector<std::string> architectures;  ///< Go's names ("amd64", "arm64"); one suffices
    std::string min_kernel;                  ///< "4.8"
};

struct SeccompRule {
    std::vector<std::string> names;
    std::string action;
    std::optional<std::uint32_t> errno_ret;
    std::vector<oci::SeccompArgument> args;
    SeccompCondition includes, excludes;
};

struct SeccompProfile {
    struct Architecture {
        std::string name;  ///< "SCMP_ARCH_X86_64"
        std::vector<std::string> sub_architectures;
    };
    std::string default_action;
    std::optional<std::uint32_t> default_errno_ret;
    std::vector<std::string> flags;
    std::vector<std::string> architectures;  ///< the older form, instead of the map
    std::vector<Architecture> architecture_map;
    std::string listener_path, listener_metadata;
    std::vector<SeccompRule> rules;
};

/// The default profile (seccomp_default.cpp holds its tables).
const SeccompProfile& default_seccomp_profile();

/// Reads `--security-opt seccomp=profile.json`.
/// @throws InvalidArgument "Decoding seccomp profile failed: ...".
SeccompProfile read_seccomp_profile(std::string_view text);

/// The filter for a container of these capabilities, on this machine.
oci::Seccomp resolve_seccomp(const SeccompProfile& profile, const std::vector<std::string>& capabilities);

}  // namespace dhow::bundle
