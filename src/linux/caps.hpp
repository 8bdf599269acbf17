#pragma once
// Capabilities: capabilities(7), capset(2), prctl(2).

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace dhow::linux {

/// A set of capabilities, a bit for each number.
using CapabilityMask = std::uint64_t;

/// The five sets of a thread.
struct CapabilitySets {
    CapabilityMask bounding = 0;
    CapabilityMask effective = 0;
    CapabilityMask permitted = 0;
    CapabilityMask inheritable = 0;
    CapabilityMask ambient = 0;
};

/// The number of "CAP_CHOWN" or "CHOWN", in any case; none when it is not known here.
std::optional<int> find_capability(std::string_view name);

/// The names of all that are known here, as "CAP_CHOWN", by number.
std::vector<std::string_view> capability_names();

/// The highest number that the kernel knows (/proc/sys/kernel/cap_last_cap by prctl).
int last_capability() noexcept;

/// The functions below may run between clone and exec; they give 0 or a negative errno.

/// Drops what is not in `keep` from the bounding set. Needs CAP_SETPCAP.
int try_limit_bounding_set(CapabilityMask keep) noexcept;

/// Sets effective, permitted and inheritable; then makes the ambient set what `sets` says.
int try_set_capabilities(const CapabilitySets& sets) noexcept;

}  // namespace dhow::linux
