#include "bundle/capabilities.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"
#include "linux/caps.hpp"

namespace dhow::bundle {

namespace {

/// What docker gives a container that asks for nothing.
constexpr std::array<std::string_view, 14> default_capabilities{
    "CAP_CHOWN",   "CAP_DAC_OVERRIDE", "CAP_FSETID",           "CAP_FOWNER",
    "CAP_MKNOD",   "CAP_NET_RAW",      "CAP_SETGID",           "CAP_SETUID",
    "CAP_SETFCAP", "CAP_SETPCAP",      "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT",
    "CAP_KILL",    "CAP_AUDIT_WRITE",
};

std::string upper(std::string name) {
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
    return name;
}

bool supported(std::string_view name) {
    static const int last = linux::last_capability();
    auto number = linux::find_capability(name);
    return number && *number <= last;
}

/// The names in full, and whether "ALL" is among them.
std::set<std::string> normalise(const std::vector<std::string>& names, bool& all) {
    std::set<std::string> result;
    for (const auto& given : names) {
        auto name = upper(given);
        if (name == "ALL") {
            all = true;
            continue;
        }
        if (!name.starts_with("CAP_")) name.insert(0, "CAP_");
        if (!supported(name)) throw InvalidArgument("unknown capability: \"{}\"", name);
        result.insert(name);
    }
    return result;
}

}  // namespace

std::vector<std::string> resolve_capabilities(bool privileged, const std::vector<std::string>& add,
                                              const std::vector<std::string>& drop) {
    bool add_all = privileged, drop_all = false;
    auto added = with_context("invalid CapAdd", [&] { return normalise(add, add_all); });
    auto dropped = with_context("invalid CapDrop", [&] { return normalise(drop, drop_all); });
    if (privileged) dropped.clear();
    std::vector<std::string> result;
    for (auto name : linux::capability_names()) {
        auto full = std::string(name);
        if (!supported(full)) continue;
        bool base = add_all || (!drop_all &&
                                std::ranges::find(default_capabilities, name) != default_capabilities.end());
        // As docker has it: what is added by name stays although all are dropped, what is dropped by name
        // goes.
        bool has = (base && !dropped.contains(full)) || (!add_all && added.contains(full));
        if (has) result.push_back(std::move(full));
    }
    return result;
}

}  // namespace dhow::bundle
