// Limits, devices, the restart policy and security options.

#include <algorithm>
#include <array>
#include <set>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/create/checks.hpp"
#include "cli/create/parts.hpp"
#include "cli/files.hpp"
#include "cli/format/text.hpp"
#include "cli/options/checks.hpp"

namespace dhow::cli {

namespace {

constexpr std::array ulimit_names{"as",      "core",     "cpu",        "data",   "fsize", "locks",
                                  "memlock", "msgqueue", "nice",       "nofile", "nproc", "rss",
                                  "rtprio",  "rttime",   "sigpending", "stack"};

std::int64_t limit_value(std::string_view text) {
    try {
        return text == "unlimited" ? -1 : parse_integer(text);
    } catch (const InvalidArgument&) {
        throw InvalidArgument("strconv.ParseInt: parsing \"{}\": invalid syntax", text);
    }
}

bool is_device_mode(std::string_view mode) {
    if (mode.empty() || mode.size() > 3) return false;
    for (std::size_t i = 0; i < mode.size(); ++i)
        if (std::string_view("rwm").find(mode[i]) == std::string_view::npos ||
            mode.substr(i + 1).find(mode[i]) != std::string_view::npos)
            return false;
    return true;
}

std::pair<std::string_view, std::string_view> device_and_value(std::string_view text) {
    auto colon = text.find(':');
    if (colon == std::string_view::npos || colon + 1 == text.size() ||
        text.find(':', colon + 1) != std::string_view::npos)
        throw InvalidArgument("bad format: {}", text);
    auto device = text.substr(0, colon);
    if (!device.starts_with("/dev/")) throw InvalidArgument("bad format for device path: {}", text);
    return {device, text.substr(colon + 1)};
}

}  // namespace

wire::Ulimit parse_ulimit(std::string_view text) {
    auto equals = text.find('=');
    if (equals == std::string_view::npos) throw InvalidArgument("invalid ulimit argument: {}", text);
    wire::Ulimit limit;
    limit.name = text.substr(0, equals);
    if (std::ranges::find(ulimit_names, limit.name) == ulimit_names.end())
        throw InvalidArgument("invalid ulimit type: {}", limit.name);
    auto values = split(text.substr(equals + 1), ':');
    if (values.size() > 2)
        throw InvalidArgument("too many limit value arguments - {}, can only have up to two, `soft[:hard]`",
                              text.substr(equals + 1));
    limit.soft = limit_value(values[0]);
    limit.hard = values.size() == 2 ? limit_value(values[1]) : limit.soft;
    bool soft_is_higher = limit.hard != -1 && (limit.soft == -1 || limit.soft > limit.hard);
    if (soft_is_higher)
        throw InvalidArgument("ulimit soft limit must be less than or equal to hard limit: {} > {}",
                              limit.soft, limit.hard);
    return limit;
}

wire::WeightDevice parse_weight_device(std::string_view text) {
    auto [device, value] = device_and_value(text);
    std::uint64_t weight = 0;
    try {
        weight = parse_unsigned(value);
    } catch (const InvalidArgument&) {
        throw InvalidArgument("invalid weight for device: {}", text);
    }
    if (weight != 0 && (weight < 10 || weight > 1000))
        throw InvalidArgument("invalid weight for device: {}", text);
    return {std::string(device), static_cast<std::uint16_t>(weight)};
}

wire::ThrottleDevice parse_throttle(std::string_view text, bool bytes) {
    auto [device, value] = device_and_value(text);
    try {
        auto rate = bytes ? static_cast<std::uint64_t>(parse_size(value)) : parse_unsigned(value);
        return {std::string(device), rate};
    } catch (const InvalidArgument&) {
        throw InvalidArgument(
            "invalid rate for device: {}. The correct format is <device-path>:<number>{}", text,
            bytes ? "[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb"
                  : ". Number must be a positive integer");
    }
}

wire::DeviceMapping parse_device(std::string_view text) {
    auto parts = split(text, ':');
    if (parts.size() > 3 || parts[0].empty()) throw InvalidArgument("bad format for path: {}", text);
    wire::DeviceMapping device{std::string(parts[0]), std::string(parts[0]), "rwm"};
    if (parts.size() == 3 && !is_device_mode(parts[2]))
        throw InvalidArgument("bad mode specified: {}", parts[2]);
    if (parts.size() == 3) device.cgroup_permissions = parts[2];
    if (parts.size() == 2 && is_device_mode(parts[1]))
        device.cgroup_permissions = parts[1];
    else if (parts.size() > 1)
        device.path_in_container = parts[1];
    if (!device.path_in_container.starts_with('/'))
        throw InvalidArgument("{} is not an absolute path", device.path_in_container);
    return device;
}

wire::RestartPolicy parse_restart(std::string_view text) {
    if (text.empty()) return {};
    auto colon = text.find(':');
    wire::RestartPolicy policy{std::string(text.substr(0, colon)), 0};
    if (policy.name.empty())
        throw InvalidArgument("invalid restart policy format: no policy provided before colon");
    if (colon == std::string_view::npos) return policy;
    try {
        policy.maximum_retry_count = parse_integer(text.substr(colon + 1));
    } catch (const InvalidArgument&) {
        throw InvalidArgument("invalid restart policy format: maximum retry count must be an integer");
    }
    return policy;
}

void apply_security(std::vector<std::string> values, wire::HostConfig& host) {
    for (auto& value : values) {
        auto separator = value.find('=');
        bool is_bare = value == "no-new-privileges";
        if (separator == std::string::npos && !is_bare) separator = value.find(':');
        bool empty = separator == std::string::npos || separator + 1 == value.size();
        auto key = value.substr(0, separator);
        if (empty && key != "no-new-privileges")
            throw InvalidArgument("Invalid --security-opt: \"{}\"", value);
        if (value == "systempaths=unconfined") {
            host.masked_paths.emplace();
            host.readonly_paths.emplace();
            continue;
        }
        auto profile = empty ? std::string() : value.substr(separator + 1);
        if (key == "seccomp" && profile != "unconfined" && profile != "builtin" && profile != "default") {
            try {
                value = "seccomp=" + json::dump(json::parse(read_file(profile)));
            } catch (const InvalidArgument& error) {
                throw InvalidArgument("opening seccomp profile ({}) failed: {}", profile, error.message());
            }
        }
        host.security_opt.push_back(value);
    }
}

std::vector<wire::Ulimit> parse_ulimits(const std::vector<std::string>& values) {
    std::map<std::string, wire::Ulimit> by_name;
    for (const auto& value : values) {
        auto limit = parse_ulimit(value);
        by_name[limit.name] = limit;
    }
    std::vector<wire::Ulimit> limits;
    for (auto& [name, limit] : by_name) limits.push_back(std::move(limit));
    return limits;
}

namespace {

std::set<std::string> capability_names(const std::vector<std::string>& values) {
    std::set<std::string> names;
    for (const auto& value : values) {
        std::string name;
        for (char c : value) name += static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
        names.insert(name == "ALL" || name.starts_with("CAP_") ? name : "CAP_" + name);
    }
    return names;
}

}  // namespace

void apply_capabilities(const std::vector<std::string>& add, const std::vector<std::string>& drop,
                        wire::HostConfig& host) {
    auto added = capability_names(add);
    auto dropped = capability_names(drop);
    host.cap_add.assign(added.begin(), added.end());
    host.cap_drop.assign(dropped.begin(), dropped.end());
}

/// Those that belong to a container's namespaces.
void check_sysctl(std::string_view text) {
    constexpr std::array allowed{"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",
                                 "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced"};
    auto name = text.substr(0, text.find('='));
    bool known = std::ranges::find(allowed, name) != allowed.end() || name.starts_with("net.") ||
                 name.starts_with("fs.mqueue.");
    if (text.find('=') == std::string_view::npos || !known)
        throw InvalidArgument("sysctl '{}' is not allowed", text);
}

void check_ulimit(std::string_view text) { parse_ulimit(text); }
void check_weight_device(std::string_view text) { parse_weight_device(text); }
void check_throttle_bytes(std::string_view text) { parse_throttle(text, true); }
void check_throttle_operations(std::string_view text) { parse_throttle(text, false); }

void check_attach(std::string_view text) {
    auto stream = lower(text);
    if (stream != "stdin" && stream != "stdout" && stream != "stderr")
        throw InvalidArgument("valid streams are STDIN, STDOUT and STDERR");
}

/// "c 1:3 rwm", "a *:* rwm"
void check_device_rule(std::string_view text) {
    auto invalid = [&] { return InvalidArgument("invalid device cgroup format '{}'", text); };
    auto parts = split(text, ' ');
    if (parts.size() != 3 || parts[0].size() != 1 ||
        std::string_view("abc").find(parts[0][0]) == std::string_view::npos)
        throw invalid();
    auto numbers = split(parts[1], ':');
    if (numbers.size() != 2 || parts[2].empty() || parts[2].size() > 3) throw invalid();
    for (auto number : numbers)
        if (number.empty() ||
            (number != "*" && number.find_first_not_of("0123456789") != std::string_view::npos))
            throw invalid();
    if (parts[2].find_first_not_of("rwm") != std::string_view::npos) throw invalid();
}

void check_gpus(std::string_view) {
    throw InvalidArgument("dhow has no driver for GPUs; give their device files with --device");
}

}  // namespace dhow::cli
