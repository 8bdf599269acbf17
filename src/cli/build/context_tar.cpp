#include "cli/build/context_tar.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "linux/directory.hpp"

namespace dhow::cli {

namespace {

constexpr std::size_t block = 512;
constexpr std::size_t longest_name = 100;
constexpr std::int64_t largest_size = (std::int64_t{1} << 33) - 1;  // of 11 octal digits

/// "25 path=...\n": the length counts its own digits.
std::string pax_record(const std::string& key, const std::string& value) {
    std::size_t rest = key.size() + value.size() + 3, size = rest + 1;
    while (std::to_string(size).size() + rest != size) size = std::to_string(size).size() + rest;
    return fmt::format("{} {}={}\n", size, key, value);
}

void put_octal(char* field, std::size_t width, std::int64_t number) {
    auto text = fmt::format("{:0{}o}", number, width - 1);
    std::memcpy(field, text.data(), std::min(text.size(), width - 1));
}

}  // namespace

void ContextTar::pad(std::int64_t size) {
    static const std::string zeros(block, '\0');
    if (auto over = static_cast<std::size_t>(size) % block; over != 0)
        write_(std::string_view(zeros).substr(over));
}

void ContextTar::write_header(const Entry& entry) {
    char header[block] = {};
    std::memcpy(header, entry.name.data(), std::min(entry.name.size(), longest_name));
    put_octal(header + 100, 8, entry.mode);
    put_octal(header + 108, 8, 0);
    put_octal(header + 116, 8, 0);
    put_octal(header + 124, 12, entry.size > largest_size ? 0 : entry.size);
    put_octal(header + 136, 12, std::max<std::int64_t>(entry.mtime, 0));
    header[156] = entry.type;
    std::memcpy(header + 157, entry.link.data(), std::min(entry.link.size(), longest_name));
    std::memcpy(header + 257, "ustar\00000", 8);
    std::memset(header + 148, ' ', 8);
    unsigned sum = 0;
    for (char c : header) sum += static_cast<unsigned char>(c);
    put_octal(header + 148, 7, sum);
    write_({header, block});
}

void ContextTar::begin(const Entry& entry) {
    std::string records;
    if (entry.link.size() > longest_name) records += pax_record("linkpath", entry.link);
    if (entry.name.size() > longest_name) records += pax_record("path", entry.name);
    if (entry.size > largest_size) records += pax_record("size", std::to_string(entry.size));
    if (!records.empty()) {
        write_header({.name = "PaxHeaders.0",
                      .link = "",
                      .size = static_cast<std::int64_t>(records.size()),
                      .type = 'x'});
        write_(records);
        pad(static_cast<std::int64_t>(records.size()));
    }
    write_header(entry);
}

void ContextTar::add_file(const std::string& name, std::string_view content) {
    begin({.name = name, .link = "", .size = static_cast<std::int64_t>(content.size())});
    write_(content);
    pad(static_cast<std::int64_t>(content.size()));
}

void ContextTar::finish() { write_(std::string(2 * block, '\0')); }

void ContextTar::add_folder(const std::string& folder, const IgnoreRules& rules) {
    UniqueFd root(check(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}", folder));
    walk(root.get(), "", rules);
}

void ContextTar::walk(int folder, const std::string& path, const IgnoreRules& rules) {
    for (const auto& name : linux::sorted_names(folder)) add_entry(folder, name, path + name, rules);
}

void ContextTar::add_entry(int folder, const std::string& name, const std::string& path,
                           const IgnoreRules& rules) {
    struct stat status;
    check(::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "stat {}", path);
    bool left_out = rules.ignores(path);
    bool is_folder = S_ISDIR(status.st_mode);
    if (left_out && !(is_folder && rules.may_hold_exceptions(path))) return;
    Entry entry{
        .name = path, .link = "", .mode = status.st_mode & 07777, .size = 0, .mtime = status.st_mtim.tv_sec};
    if (is_folder) {
        entry.name += "/";
        entry.type = '5';
        if (!left_out) begin(entry);
        UniqueFd child(check(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                             "open {}", path));
        return walk(child.get(), path + "/", rules);
    }
    if (S_ISLNK(status.st_mode)) {
        char target[PATH_MAX];
        auto size =
            check(::readlinkat(folder, name.c_str(), target, sizeof target), "read the link {}", path);
        entry.link.assign(target, static_cast<std::size_t>(size));
        entry.type = '2';
        return begin(entry);
    }
    if (S_ISFIFO(status.st_mode)) {
        entry.type = '6';
        return begin(entry);
    }
    if (!S_ISREG(status.st_mode)) return;  // sockets and devices mean nothing elsewhere
    UniqueFd file(check(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC), "open {}", path));
    entry.size = status.st_size;
    begin(entry);
    std::string buffer(256 << 10, '\0');
    for (std::int64_t left = entry.size; left > 0;) {
        auto wanted = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(left));
        auto count = check(::read(file.get(), buffer.data(), wanted), "read {}", path);
        if (count == 0) throw Unavailable("{} became shorter while it was sent", path);
        write_(std::string_view(buffer).substr(0, static_cast<std::size_t>(count)));
        left -= count;
    }
    pad(entry.size);
}

}  // namespace dhow::cli
