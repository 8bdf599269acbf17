#include <algorithm>

#include <fcntl.h>
#include <limits.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "build/files/entry.hpp"
#include "build/files/tree.hpp"
#include "linux/directory.hpp"
#include "linux/path.hpp"

namespace dhow::build::files {

namespace {

void expand_pattern(int root, const std::string& folder, std::string_view rest, bool deep,
                    std::vector<Source>& found) {
    auto slash = rest.find('/');
    std::string part(rest.substr(0, slash));
    auto opened = linux::find_in_root(root, folder, O_RDONLY | O_DIRECTORY);
    if (!opened) return;
    if (deep && part == "**" && slash != rest.npos) {
        expand_pattern(root, folder, rest.substr(slash + 1), deep, found);
        for (const auto& name : linux::sorted_names(opened->get())) {
            struct stat status;
            if (::fstatat(opened->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                S_ISDIR(status.st_mode))
                expand_pattern(root, join(folder, name), rest, deep, found);
        }
        return;
    }
    for (const auto& name : linux::sorted_names(opened->get())) {
        if (!match_path(part, name)) continue;
        struct stat status;
        if (::fstatat(opened->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
        auto path = join(folder, name);
        if (slash != rest.npos) {
            if (S_ISDIR(status.st_mode)) expand_pattern(root, path, rest.substr(slash + 1), deep, found);
            continue;
        }
        auto target = linux::find_in_root(root, path, O_PATH);
        if (!target) continue;
        check(::fstat(target->get(), &status), "stat {}", path);
        found.push_back({path, S_ISDIR(status.st_mode)});
    }
}

class Hasher {
  public:
    Hasher(store::Sha256& hash, const IgnoreRules& exclude, bool owners, const KnownContents* known,
           const Cancellation& stop)
        : hash_(hash), exclude_(exclude), owners_(owners), known_(known), stop_(stop) {}

    void entry(int folder, const std::string& name, const std::string& path) {
        stop_.check();
        struct stat status;
        check(::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "stat {}", path);
        bool left_out = exclude_.ignores(path);
        if (left_out && !(S_ISDIR(status.st_mode) && exclude_.may_hold_exceptions(path))) return;
        if (!left_out) describe(path, status);
        if (S_ISLNK(status.st_mode)) text(read_link(folder, name));
        if (S_ISREG(status.st_mode) && !is_known(status))
            content(open_entry(folder, name, O_RDONLY).get(), status.st_size);
        if (S_ISDIR(status.st_mode)) children(open_entry(folder, name, O_RDONLY | O_DIRECTORY).get(), path);
    }

    void children(int folder, const std::string& path) {
        for (const auto& name : linux::sorted_names(folder))
            entry(folder, name, path.empty() ? name : path + "/" + name);
    }

    void describe(std::string_view path, const struct stat& status) {
        text(path);
        text(fmt::format("{:o} {} {}", status.st_mode, S_ISREG(status.st_mode) ? status.st_size : 0,
                         status.st_rdev));
        if (owners_) text(fmt::format("{}:{}", status.st_uid, status.st_gid));
    }

    /// Whether it was hashed without being read.
    bool is_known(const struct stat& status) {
        const auto* digest = known_ ? known_->find(status) : nullptr;
        if (digest) text(*digest);
        return digest;
    }

    void content(int file, std::int64_t size) {
        store::Sha256 hash;
        buffer_.resize(256 << 10);
        for (std::int64_t left = size; left > 0;) {
            stop_.check();
            auto count = check(::read(file, buffer_.data(), buffer_.size()), "read a file");
            if (count == 0) break;
            hash.update(store::Bytes(buffer_).first(static_cast<std::size_t>(count)));
            left -= count;
        }
        text(hash.finish().hex());
    }

    /// With its length in front: no two lists of texts make the same bytes.
    void text(std::string_view value) {
        hash_.update(store::as_bytes(fmt::format("{}:", value.size())));
        hash_.update(store::as_bytes(value));
    }

  private:
    store::Sha256& hash_;
    const IgnoreRules& exclude_;
    bool owners_;
    const KnownContents* known_;
    const Cancellation& stop_;
    std::vector<std::byte> buffer_;
};

}  // namespace

bool has_wildcards(std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\')
            ++i;
        else if (std::string_view("*?[").find(pattern[i]) != std::string_view::npos)
            return true;
    }
    return false;
}

std::vector<Source> select(int root, std::string_view pattern, bool deep) {
    auto clean = clean_path(pattern);
    if (clean == ".." || clean.starts_with("../"))
        throw Forbidden("forbidden path outside the build context: {} ()", pattern);
    if (clean.starts_with('/')) clean = clean == "/" ? "." : clean.substr(1);
    std::vector<Source> found;
    if (has_wildcards(clean)) {
        expand_pattern(root, ".", clean, deep, found);
        return found;
    }
    std::string plain;
    for (std::size_t i = 0; i < clean.size(); ++i) {
        if (clean[i] == '\\' && i + 1 < clean.size()) ++i;
        plain += clean[i];
    }
    auto target = linux::find_in_root(root, plain, O_PATH);
    if (!target)
        throw NotFound(
            "file not found in build context or excluded by .dockerignore: stat {}: file does not exist",
            plain);
    struct stat status;
    check(::fstat(target->get(), &status), "stat {}", plain);
    found.push_back({plain, S_ISDIR(status.st_mode)});
    return found;
}

void hash_source(int root, const Source& source, const IgnoreRules& exclude, bool owners,
                 const KnownContents* known, store::Sha256& hash, const Cancellation& stop) {
    Hasher hasher(hash, exclude, owners, known, stop);
    auto entry = linux::open_in_root(root, source.path, O_PATH);
    struct stat status;
    check(::fstat(entry.get(), &status), "stat {}", source.path);
    if (S_ISDIR(status.st_mode))
        return hasher.children(reopen(entry.get(), O_RDONLY | O_DIRECTORY).get(), source.excluded_as);
    hasher.describe(source.path.substr(source.path.rfind('/') + 1), status);
    if (S_ISREG(status.st_mode) && !hasher.is_known(status))
        hasher.content(reopen(entry.get(), O_RDONLY).get(), status.st_size);
}

}  // namespace dhow::build::files
