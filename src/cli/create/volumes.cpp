// -v and --mount.

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/create/checks.hpp"
#include "cli/create/parts.hpp"
#include "cli/format/text.hpp"

namespace dhow::cli {

std::vector<std::string> csv_fields(std::string_view line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        char c = line[i];
        if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
            fields.back() += '"';
            ++i;
        } else if (c == '"' && (quoted || fields.back().empty())) {
            quoted = !quoted;
        } else if (c == '"') {
            throw InvalidArgument("parse error on line 1, column {}: bare \" in non-quoted-field", i + 1);
        } else if (c == ',' && !quoted) {
            fields.emplace_back();
        } else {
            fields.back() += c;
        }
    }
    if (quoted)
        throw InvalidArgument("parse error on line 1, column {}: extraneous or missing \" in quoted-field",
                              line.size() + 1);
    return fields;
}

std::string absolute(std::string_view path) {
    if (!path.starts_with('.')) return std::string(path);
    std::error_code error;
    auto full = std::filesystem::absolute(path, error).lexically_normal();
    auto text = full.string();
    if (text.size() > 1 && text.ends_with('/')) text.pop_back();
    return error ? std::string(path) : text;
}

Volumes parse_volumes(const std::vector<std::string>& values) {
    Volumes volumes;
    for (const auto& value : values) {
        if (value.empty()) throw InvalidArgument("invalid empty volume spec");
        auto colon = value.find(':');
        if (colon == std::string::npos)
            volumes.anonymous.push_back(value);
        else if (std::ranges::count(split(value, ':'), ""))
            throw InvalidArgument("invalid spec: {}: empty section between colons", value);
        else
            volumes.binds.push_back(absolute(std::string_view(value).substr(0, colon)) + value.substr(colon));
    }
    return volumes;
}

namespace {

bool switch_value(std::string_view key, std::string_view text, bool given) {
    if (!given || text == "1" || text == "true") return true;
    if (text == "0" || text == "false") return false;
    throw InvalidArgument("invalid value for {}: {}", key, text);
}

template <typename T>
T& made(std::optional<T>& part) {
    return part ? *part : part.emplace();
}

void set_pair(std::map<std::string, std::string>& target, std::string_view pair) {
    auto equals = pair.find('=');
    if (equals == 0 || pair.empty()) return;
    target[std::string(pair.substr(0, equals))] =
        equals == std::string_view::npos ? "" : pair.substr(equals + 1);
}

void set_recursive(wire::Mount& mount, std::string_view value) {
    auto& bind = made(mount.bind_options);
    if (value == "enabled") return;
    if (value == "disabled")
        bind.non_recursive = true;
    else if (value == "writable")
        bind.read_only_non_recursive = true;
    else if (value == "readonly")
        bind.read_only_force_recursive = true;
    else
        throw InvalidArgument(
            "invalid value for bind-recursive: {} (must be \"enabled\", \"disabled\", \"writable\", or "
            "\"readonly\")",
            value);
}

void set_tmpfs_mode(wire::Mount& mount, std::string_view value) {
    std::uint32_t mode = 0;
    auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), mode, 8);
    if (error != std::errc{} || end != value.data() + value.size())
        throw InvalidArgument("invalid value for tmpfs-mode: {}", value);
    made(mount.tmpfs_options).mode = mode;
}

void set_tmpfs_size(wire::Mount& mount, std::string_view value) {
    try {
        made(mount.tmpfs_options).size_bytes = parse_size(value);
    } catch (const InvalidArgument&) {
        throw InvalidArgument("invalid value for tmpfs-size: {}", value);
    }
}

/// One field of --mount. @return false when the key is none of bind, volume, tmpfs or image's.
bool set_option(wire::Mount& mount, const std::string& key, const std::string& value, bool given) {
    if (key == "bind-propagation")
        made(mount.bind_options).propagation = lower(value);
    else if (key == "bind-nonrecursive")
        made(mount.bind_options).non_recursive = switch_value(key, value, given);
    else if (key == "bind-recursive")
        set_recursive(mount, value);
    else if (key == "bind-create-src")
        made(mount.bind_options).create_mountpoint = switch_value(key, value, given);
    else if (key == "volume-subpath")
        made(mount.volume_options).subpath = value;
    else if (key == "volume-nocopy")
        made(mount.volume_options).no_copy = switch_value(key, value, given);
    else if (key == "volume-label")
        set_pair(made(mount.volume_options).labels, value);
    else if (key == "volume-driver")
        made(made(mount.volume_options).driver_config).name = value;
    else if (key == "volume-opt")
        set_pair(made(made(mount.volume_options).driver_config).options, value);
    else if (key == "image-subpath")
        made(mount.image_options).subpath = value;
    else if (key == "tmpfs-size")
        set_tmpfs_size(mount, value);
    else if (key == "tmpfs-mode")
        set_tmpfs_mode(mount, value);
    else
        return false;
    return true;
}

void set_field(wire::Mount& mount, std::string_view field) {
    auto equals = field.find('=');
    bool given = equals != std::string_view::npos;
    auto key = lower(field.substr(0, equals));
    std::string value(given ? field.substr(equals + 1) : "");
    bool may_be_bare = key == "readonly" || key == "ro" || key == "volume-nocopy" ||
                       key == "bind-nonrecursive" || key == "bind-create-src";
    if (!given && !may_be_bare) throw InvalidArgument("invalid field '{}' must be a key=value pair", field);
    if (given && value.empty()) throw InvalidArgument("invalid value for '{}': value is empty", key);
    if (key == "type")
        mount.type = lower(value);
    else if (key == "source" || key == "src")
        mount.source = absolute(value);
    else if (key == "target" || key == "dst" || key == "destination")
        mount.target = value;
    else if (key == "readonly" || key == "ro")
        mount.read_only = switch_value(key, value, given);
    else if (key == "consistency")
        mount.consistency = lower(value);
    else if (!set_option(mount, key, value, given))
        throw InvalidArgument("unexpected key '{}' in '{}'", key, field);
}

void check_options_fit(const wire::Mount& mount) {
    auto refuse = [&](std::string_view family) {
        throw InvalidArgument("cannot mix '{}-*' options with mount type '{}'", family, mount.type);
    };
    if (mount.bind_options && mount.type != "bind") refuse("bind");
    if (mount.volume_options && mount.type != "volume") refuse("volume");
    if (mount.image_options && mount.type != "image") refuse("image");
    if (mount.tmpfs_options && mount.type != "tmpfs") refuse("tmpfs");
    if (!mount.bind_options) return;
    if (mount.bind_options->read_only_non_recursive && !mount.read_only)
        throw InvalidArgument(
            "option 'bind-recursive=writable' requires 'readonly' to be specified in conjunction");
    if (!mount.bind_options->read_only_force_recursive) return;
    if (!mount.read_only)
        throw InvalidArgument(
            "option 'bind-recursive=readonly' requires 'readonly' to be specified in conjunction");
    if (mount.bind_options->propagation != "rprivate")
        throw InvalidArgument(
            "option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in "
            "conjunction");
}

}  // namespace

wire::Mount parse_mount(std::string_view text) {
    wire::Mount mount;
    mount.type = "volume";
    if (text.empty()) throw InvalidArgument("value is empty");
    for (const auto& field : csv_fields(text)) set_field(mount, field);
    if (mount.type.empty()) throw InvalidArgument("type is required");
    if (mount.target.empty()) throw InvalidArgument("target is required");
    check_options_fit(mount);
    return mount;
}

void check_mount(std::string_view text) { parse_mount(text); }

}  // namespace dhow::cli
