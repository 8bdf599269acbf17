// RUN --mount=type=...,target=...: comma-separated fields, as a line of CSV.

#include <array>
#include <charconv>

#include "base/text.hpp"
#include "base/units.hpp"
#include "build/dockerfile/instructions.hpp"

namespace dhow::build::dockerfile {

namespace {

constexpr std::array<std::string_view, 5> types{"bind", "cache", "tmpfs", "secret", "ssh"};
constexpr std::array<std::string_view, 19> fields{
    "type", "target",    "dst", "destination", "source",  "src",  "from", "id",  "env", "readonly",
    "ro",   "readwrite", "rw",  "required",    "sharing", "size", "mode", "uid", "gid"};

/// Fields parted by commas; a field in double quotes may hold them.
std::vector<std::string> split_fields(std::string_view text) {
    std::vector<std::string> parts(1);
    bool quoted = false;
    for (char c : text) {
        if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

std::uint32_t read_number(std::string_view key, std::string_view text, int base) {
    std::uint32_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc() || end != text.data() + text.size())
        throw InvalidArgument("invalid value {} for {}", text, key);
    return number;
}

bool read_boolean(std::string_view key, const std::string& text) {
    auto value = lower(text);
    if (value.empty() || value == "true" || value == "1") return true;
    if (value == "false" || value == "0") return false;
    throw InvalidArgument("invalid value for {}: {}", key, text);
}

RunMount::Type read_type(const std::string& text) {
    for (std::size_t i = 0; i < types.size(); ++i)
        if (types[i] == text) return static_cast<RunMount::Type>(i);
    auto near = nearest(text, types);
    throw InvalidArgument("unsupported mount type \"{}\"{}", text,
                          near.empty() ? "" : fmt::format(" (did you mean {}?)", near));
}

RunMount::Sharing read_sharing(const std::string& text) {
    if (text == "shared") return RunMount::Sharing::shared;
    if (text == "private") return RunMount::Sharing::private_;
    if (text == "locked") return RunMount::Sharing::locked;
    throw InvalidArgument("unsupported sharing value \"{}\"", text);
}

void apply_field(RunMount& mount, const std::string& key, const std::string& value) {
    if (key == "type")
        mount.type = read_type(lower(value));
    else if (key == "target" || key == "dst" || key == "destination")
        mount.target = value;
    else if (key == "source" || key == "src")
        mount.source = value;
    else if (key == "from")
        mount.from = value;
    else if (key == "id")
        mount.id = value;
    else if (key == "env")
        mount.environment = value;
    else if (key == "readonly" || key == "ro")
        mount.read_only = read_boolean(key, value);
    else if (key == "readwrite" || key == "rw")
        mount.read_only = !read_boolean(key, value);
    else if (key == "required")
        mount.required = read_boolean(key, value);
    else if (key == "sharing")
        mount.sharing = read_sharing(lower(value));
    else if (key == "size")
        mount.size = parse_size(value);
    else if (key == "mode")
        mount.mode = read_number(key, value, 8);
    else if (key == "uid")
        mount.uid = read_number(key, value, 10);
    else if (key == "gid")
        mount.gid = read_number(key, value, 10);
    else {
        auto near = nearest(key, fields);
        throw InvalidArgument("unexpected key '{}'{}", key,
                              near.empty() ? "" : fmt::format(" (did you mean {}?)", near));
    }
}

void check(const RunMount& mount) {
    using Type = RunMount::Type;
    bool needs_target = mount.type == Type::bind || mount.type == Type::cache || mount.type == Type::tmpfs;
    if (needs_target && mount.target.empty()) throw InvalidArgument("target is required");
    bool by_content = mount.type == Type::bind || mount.type == Type::cache;
    if (!by_content && !mount.from.empty())
        throw InvalidArgument("unexpected key 'from' for mount type '{}'",
                              types[static_cast<std::size_t>(mount.type)]);
    if (mount.size != 0 && mount.type != Type::tmpfs)
        throw InvalidArgument("unexpected key 'size' for mount type '{}'",
                              types[static_cast<std::size_t>(mount.type)]);
    if (mount.type == Type::secret && mount.target.empty() && mount.source.empty() && mount.id.empty() &&
        mount.environment.empty())
        throw InvalidArgument("invalid secret mount. one of source, target required");
}

}  // namespace

RunMount parse_mount(std::string_view text) {
    auto parts = split_fields(text);
    RunMount mount;
    // What a field means depends on the type, wherever that stands.
    for (const auto& part : parts)
        if (lower(part.substr(0, part.find('='))) == "type")
            apply_field(mount, "type", part.size() > 5 ? part.substr(5) : "");
    if (mount.type == RunMount::Type::bind) mount.read_only = true;
    for (const auto& part : parts) {
        auto equals = part.find('=');
        auto key = lower(part.substr(0, equals));
        bool may_stand_alone =
            key == "readonly" || key == "ro" || key == "readwrite" || key == "rw" || key == "required";
        if (equals == part.npos && !may_stand_alone)
            throw InvalidArgument("invalid field '{}' must be a key=value pair", part);
        apply_field(mount, key, equals == part.npos ? "" : part.substr(equals + 1));
    }
    check(mount);
    return mount;
}

std::string id_of(const RunMount& mount) {
    if (!mount.id.empty()) return mount.id;
    if (mount.type == RunMount::Type::ssh) return "default";
    if (mount.type != RunMount::Type::secret) return mount.target;
    const auto& path = mount.source.empty() ? mount.target : mount.source;
    return path.substr(path.rfind('/') + 1);
}

}  // namespace dhow::build::dockerfile
