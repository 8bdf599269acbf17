#include "linux/cgroup/hierarchy.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <limits>
#include <utility>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/error.hpp"
#include "linux/cgroup/files.hpp"

namespace dhow::linux::cgroup {

namespace {

constexpr const char* mount_point = "/sys/fs/cgroup";

constexpr std::array<std::pair<const char*, Controller>, 10> v1_names{{
    {"cpu", cpu},
    {"cpuacct", cpuacct},
    {"cpuset", cpuset},
    {"memory", memory},
    {"devices", devices},
    {"freezer", freezer},
    {"blkio", blkio},
    {"pids", pids},
    {"hugetlb", hugetlb},
    {"systemd", named_systemd},
}};

constexpr std::array<std::pair<std::string_view, Controller>, 6> v2_names{{
    {"cpu", cpu},
    {"cpuset", cpuset},
    {"memory", memory},
    {"io", blkio},
    {"pids", pids},
    {"hugetlb", hugetlb},
}};

long filesystem_of(int fd) {
    struct statfs status{};
    check(::fstatfs(fd, &status), "look at the file system of {}", mount_point);
    return status.f_type;
}

unsigned v2_controllers(int root) {
    auto text = read_file(root, files::v2_controllers);
    unsigned found = devices | freezer;  // both are part of v2's core
    for (const auto& [name, controller] : v2_names)
        for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
            std::size_t end = at + name.size();
            bool whole = (at == 0 || text[at - 1] == ' ') &&
                         (end == text.size() || text[end] == ' ' || text[end] == '\n');
            if (whole) found |= controller;
        }
    return found;
}

std::vector<Hierarchy> v1_hierarchies(int base) {
    struct stat status{};
    check(::fstat(base, &status), "look at {}", mount_point);
    // The device of a folder on which nothing is mounted.
    std::vector<dev_t> seen{status.st_dev};
    std::vector<Hierarchy> found;
    for (const auto& [name, controller] : v1_names) {
        UniqueFd root(::openat(base, name, O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!root) continue;
        check(::fstat(root.get(), &status), "look at cgroup {}", name);
        std::size_t i = 0;
        while (i < seen.size() && seen[i] != status.st_dev) ++i;
        if (i == 0) continue;
        // Controllers that are mounted together ("cpu,cpuacct") have one hierarchy under several names.
        if (i < seen.size()) {
            found[i - 1].controllers |= controller;
            continue;
        }
        seen.push_back(status.st_dev);
        found.push_back({Version::v1, controller, name, std::move(root)});
    }
    return found;
}

}  // namespace

std::vector<Hierarchy> hierarchies() {
    UniqueFd base(check(::open(mount_point, O_PATH | O_DIRECTORY | O_CLOEXEC), "open {}", mount_point));
    std::vector<Hierarchy> found;
    if (filesystem_of(base.get()) == CGROUP2_SUPER_MAGIC) {
        unsigned controllers = v2_controllers(base.get());
        found.push_back({Version::v2, controllers, "", std::move(base)});
    } else {
        found = v1_hierarchies(base.get());
    }
    if (found.empty()) throw NotImplemented("no cgroup hierarchy is mounted at {}", mount_point);
    return found;
}

bool is_unified() {
    struct statfs status{};
    return ::statfs(mount_point, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

namespace {

bool write_to(int directory, const char* file, std::string_view value, bool may_be_absent) {
    UniqueFd fd(::openat(directory, file, O_WRONLY | O_CLOEXEC));
    if (!fd) {
        if (errno == ENOENT && may_be_absent) return false;
        throw_errno(fmt::format("open cgroup file {}", file));
    }
    check(::write(fd.get(), value.data(), value.size()), "write \"{}\" to cgroup file {}", value, file);
    return true;
}

}  // namespace

void write_file(int directory, const char* file, std::string_view value) {
    write_to(directory, file, value, false);
}

bool try_write_file(int directory, const char* file, std::string_view value) {
    return write_to(directory, file, value, true);
}

std::optional<std::string> find_file(int directory, const char* file) {
    UniqueFd fd(::openat(directory, file, O_RDONLY | O_CLOEXEC));
    if (!fd) {
        if (errno == ENOENT) return std::nullopt;
        throw_errno(fmt::format("open cgroup file {}", file));
    }
    std::string text;
    char buffer[4096];
    while (auto length = check(::read(fd.get(), buffer, sizeof buffer), "read cgroup file {}", file))
        text.append(buffer, static_cast<std::size_t>(length));
    return text;
}

std::string read_file(int directory, const char* file) {
    auto text = find_file(directory, file);
    if (!text) throw SystemError(ENOENT, fmt::format("open cgroup file {}", file));
    return *std::move(text);
}

std::optional<std::uint64_t> find_number(int directory, const char* file) {
    auto text = find_file(directory, file);
    if (!text) return std::nullopt;
    if (text->starts_with("max")) return std::numeric_limits<std::uint64_t>::max();
    std::uint64_t number = 0;
    std::from_chars(text->data(), text->data() + text->size(), number);
    return number;
}

std::optional<std::uint64_t> find_keyed(std::string_view text, std::string_view key) {
    while (!text.empty()) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ') continue;
        std::uint64_t number = 0;
        std::from_chars(line.data() + key.size() + 1, line.data() + line.size(), number);
        return number;
    }
    return std::nullopt;
}

}  // namespace dhow::linux::cgroup
