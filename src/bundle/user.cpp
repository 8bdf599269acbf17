#include "bundle/user.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "base/error.hpp"

namespace dhow::bundle {

namespace {

constexpr std::int64_t max_id = std::numeric_limits<std::int32_t>::max();

struct PasswdEntry {
    std::string name;
    std::uint32_t uid = 0, gid = 0;
    std::string home;
};

struct GroupEntry {
    std::string name;
    std::uint32_t gid = 0;
    std::vector<std::string> members;
};

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (true) {
        auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == text.npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::optional<std::uint32_t> parse_id(std::string_view text) {
    std::int64_t number = -1;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0 || number > max_id) return {};
    return static_cast<std::uint32_t>(number);
}

bool looks_numeric(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// A number when `text` is one. A number out of range is an error, never a name: as a name, a line of the
/// image's own file could make it root.
std::optional<std::uint32_t> numeric(std::string_view text) {
    if (!looks_numeric(text)) return {};
    auto id = text.starts_with('+') ? std::nullopt : parse_id(text);
    if (!id) throw InvalidArgument("uids and gids must be in range 0-{}", max_id);
    return id;
}

/// Lines that are no entries are passed over, as getpwent(3) does.
std::vector<PasswdEntry> read_passwd(const RootView& root) {
    std::vector<PasswdEntry> entries;
    for (const auto& line : split(root.read("/etc/passwd").value_or(""), '\n')) {
        auto fields = split(line, ':');
        if (fields.size() < 4 || fields[0].empty()) continue;
        auto uid = parse_id(fields[2]), gid = parse_id(fields[3]);
        if (uid && gid) entries.push_back({fields[0], *uid, *gid, fields.size() > 5 ? fields[5] : ""});
    }
    return entries;
}

std::vector<GroupEntry> read_groups(const RootView& root) {
    std::vector<GroupEntry> entries;
    for (const auto& line : split(root.read("/etc/group").value_or(""), '\n')) {
        auto fields = split(line, ':');
        if (fields.size() < 3 || fields[0].empty()) continue;
        auto members = fields.size() > 3 ? split(fields[3], ',') : std::vector<std::string>();
        if (auto gid = parse_id(fields[2])) entries.push_back({fields[0], *gid, std::move(members)});
    }
    return entries;
}

std::uint32_t group_id(const std::vector<GroupEntry>& groups, const std::string& group) {
    if (auto id = numeric(group)) return *id;
    auto found = std::ranges::find(groups, group, &GroupEntry::name);
    if (found == groups.end())
        throw InvalidArgument("unable to find group {}: no matching entries in group file", group);
    return found->gid;
}

void add_group(User& user, std::uint32_t gid) {
    if (std::ranges::find(user.additional_gids, gid) == user.additional_gids.end())
        user.additional_gids.push_back(gid);
}

}  // namespace

User resolve_user(const RootView& root, std::string_view text, const std::vector<std::string>& group_add) {
    auto passwd = read_passwd(root);
    auto groups = read_groups(root);
    auto colon = text.find(':');
    auto name = std::string(text.substr(0, colon));
    auto group = colon == text.npos ? std::string() : std::string(text.substr(colon + 1));
    if (name.empty()) name = "0";

    User user;
    auto uid = numeric(name);
    auto found = uid ? std::ranges::find(passwd, *uid, &PasswdEntry::uid)
                     : std::ranges::find(passwd, name, &PasswdEntry::name);
    bool listed = found != passwd.end();
    if (!listed && !uid)
        throw InvalidArgument("unable to find user {}: no matching entries in passwd file", name);
    user.uid = listed ? found->uid : *uid;
    user.gid = listed ? found->gid : 0;
    if (listed && !found->home.empty()) user.home = found->home;

    if (!group.empty()) {
        user.gid = group_id(groups, group);
        add_group(user, user.gid);
    } else {
        add_group(user, user.gid);
        for (const auto& entry : groups)
            if (listed && std::ranges::find(entry.members, found->name) != entry.members.end())
                add_group(user, entry.gid);
    }
    for (const auto& extra : group_add) add_group(user, group_id(groups, extra));
    return user;
}

}  // namespace dhow::bundle
