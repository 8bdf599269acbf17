#include "bundle/root_view.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "linux/path.hpp"

namespace dhow::bundle {

namespace {

constexpr int max_symlinks = 40;

std::vector<std::string> components(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        auto end = path.find('/');
        auto part = path.substr(0, end);
        if (!part.empty() && part != ".") parts.emplace_back(part);
        if (end == path.npos) break;
        path.remove_prefix(end + 1);
    }
    return parts;
}

bool is_opaque(int directory) {
    std::array<char, 8> value{};
    auto path = fmt::format("/proc/self/fd/{}", directory);
    for (const char* name : {"trusted.overlay.opaque", "user.overlay.opaque"})
        if (::getxattr(path.c_str(), name, value.data(), value.size()) == 1 && value[0] == 'y') return true;
    return false;
}

std::string read_link(int link) {
    std::array<char, 4096> target;
    auto length = check(::readlinkat(link, "", target.data(), target.size()), "readlink in a layer");
    return {target.data(), static_cast<std::size_t>(length)};
}

}  // namespace

RootView::RootView(const std::vector<std::filesystem::path>& layers) {
    for (const auto& layer : layers)
        layers_.emplace_back(
            check(::open(layer.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), "open {}", layer.string()));
}

RootView RootView::of_process(int pid) {
    RootView view;
    view.merged_ = false;
    auto path = fmt::format("/proc/{}/root", pid);
    view.layers_.emplace_back(check(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), "open {}", path));
    return view;
}

int RootView::find_entry(const Directory& directory, const std::string& name, Directory& below) {
    int first = -1;
    for (int part : directory.parts) {
        UniqueFd entry(::openat(part, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
        if (!entry && errno == ENOENT) continue;
        check(entry.get(), "open {} in a layer", name);
        struct stat status{};
        check(::fstat(entry.get(), &status), "stat {} in a layer", name);
        bool is_directory = S_ISDIR(status.st_mode);
        bool whiteout = S_ISCHR(status.st_mode) && status.st_rdev == ::makedev(0, 0);
        // What is no directory hides, and is hidden by, whatever has its name in another layer.
        if (whiteout || (!is_directory && first >= 0)) break;
        if (first < 0) first = entry.get();
        int found = entry.get();
        below.owned.push_back(std::move(entry));
        if (!is_directory) break;
        below.parts.push_back(found);
        if (is_opaque(found)) break;
    }
    return first;
}

UniqueFd RootView::find_merged(std::string_view path) const {
    std::vector<Directory> stack(1);
    for (const auto& layer : layers_) stack[0].parts.push_back(layer.get());
    auto left = components(path);
    for (int links = 0; !left.empty();) {
        auto name = left.front();
        left.erase(left.begin());
        if (name == "..") {
            if (stack.size() > 1) stack.pop_back();
            continue;
        }
        Directory below;
        int entry = find_entry(stack.back(), name, below);
        if (entry < 0) return {};
        if (!below.parts.empty()) {
            stack.push_back(std::move(below));
            continue;
        }
        struct stat status{};
        check(::fstat(entry, &status), "stat {} in a layer", name);
        if (!S_ISLNK(status.st_mode)) return left.empty() ? std::move(below.owned.front()) : UniqueFd();
        if (++links > max_symlinks) throw SystemError(ELOOP, fmt::format("open {}", path));
        auto target = read_link(entry);
        if (target.starts_with('/')) stack.resize(1);
        auto parts = components(target);
        left.insert(left.begin(), parts.begin(), parts.end());
    }
    return {};
}

UniqueFd RootView::find(std::string_view path) const {
    if (merged_) return find_merged(path);
    auto found = linux::find_in_root(layers_.front().get(), std::string(path), O_PATH);
    return found ? std::move(*found) : UniqueFd();
}

std::optional<std::string> RootView::read(std::string_view path, std::size_t limit) const {
    auto found = find(path);
    struct stat status{};
    if (!found || ::fstat(found.get(), &status) < 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    // A second open of the very same file, now that it is known to be a regular one: no fifo blocks here.
    UniqueFd file(check(::open(fmt::format("/proc/self/fd/{}", found.get()).c_str(), O_RDONLY | O_CLOEXEC),
                        "open {} of the container", path));
    std::string content;
    std::array<char, 16 << 10> buffer;
    while (auto got =
               check(::read(file.get(), buffer.data(), buffer.size()), "read {} of the container", path)) {
        content.append(buffer.data(), static_cast<std::size_t>(got));
        if (content.size() > limit)
            throw InvalidArgument("{} of the container is larger than {} bytes", path, limit);
    }
    return content;
}

}  // namespace dhow::bundle
