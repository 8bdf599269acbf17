// overlayfs of any number of layers: Documentation/filesystems/overlayfs.rst.

#include <cerrno>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "linux/mount.hpp"
#include "linux/ns.hpp"

namespace dhow::linux {

namespace {

// fsconfig(2) takes no longer string.
constexpr std::size_t longest_parameter = 255;

[[noreturn]] void throw_with_kernel_reason(int context, int error) {
    char reason[512];
    std::string text;
    for (ssize_t length; (length = ::read(context, reason, sizeof reason)) > 0;)
        text.append(text.empty() ? "" : "; ").append(reason, static_cast<std::size_t>(length));
    while (!text.empty() && text.back() == '\n') text.pop_back();
    throw SystemError(error, text.empty() ? "mount overlay" : "mount overlay: " + text);
}

void set_string(int context, const char* name, const std::string& value) {
    if (::fsconfig(context, FSCONFIG_SET_STRING, name, value.c_str(), 0) < 0)
        throw_with_kernel_reason(context, errno);
}

/// A path of any length, as one that fits: through a descriptor, kept in `kept`.
std::string short_path(const std::string& path, std::vector<UniqueFd>& kept) {
    if (path.size() <= longest_parameter) return path;
    UniqueFd fd(check(::open(path.c_str(), O_PATH | O_CLOEXEC), "open {}", path));
    auto text = fmt::format("/proc/self/fd/{}", fd.get());
    kept.push_back(std::move(fd));
    return text;
}

void set_common(int context, const Overlay& overlay, std::vector<UniqueFd>& kept) {
    if (!overlay.upper.empty()) {
        set_string(context, "upperdir", short_path(overlay.upper, kept));
        set_string(context, "workdir", short_path(overlay.work, kept));
    }
    for (const auto& option : overlay.options) {
        if (option.flag) {
            if (::fsconfig(context, FSCONFIG_SET_FLAG, option.name.c_str(), nullptr, 0) < 0)
                throw_with_kernel_reason(context, errno);
        } else {
            set_string(context, option.name.c_str(), option.value);
        }
    }
}

int mount_of(int context) {
    int mount = ::fsmount(context, FSMOUNT_CLOEXEC, 0);
    if (mount < 0) throw_with_kernel_reason(context, errno);
    return mount;
}

/// A folder's name as relative to /proc/self/fd: short, and free of what separates parameters.
std::string descriptor_name(const std::string& path, std::vector<UniqueFd>& kept) {
    kept.emplace_back(check(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), "open {}", path));
    return std::to_string(kept.back().get());
}

std::string page_of_parameters(const Overlay& overlay, std::vector<UniqueFd>& kept) {
    std::string page = "lowerdir=";
    for (const auto& layer : overlay.lower)
        page += (&layer == &overlay.lower.front() ? "" : ":") + descriptor_name(layer, kept);
    if (!overlay.upper.empty()) {
        page += ",upperdir=" + descriptor_name(overlay.upper, kept);
        page += ",workdir=" + descriptor_name(overlay.work, kept);
    }
    for (const auto& option : overlay.options)
        page += "," + option.name + (option.flag ? "" : "=" + option.value);
    return page;
}

/// In a mount namespace of its own. The layers are opened here: the kernel takes no mount of another
/// namespace.
int mount_page_and_detach(const Overlay& overlay) {
    check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make all mounts private");
    std::vector<UniqueFd> kept;
    auto page = page_of_parameters(overlay, kept);
    check(::chdir("/proc/self/fd"), "enter /proc/self/fd");
    check(::mount("overlay", "/proc", "overlay", 0, page.c_str()), "mount overlay");
    return check(::open_tree(AT_FDCWD, "/proc", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC), "detach the overlay");
}

/// Kernels before 6.7 take all layers as one page of text, through mount(2) alone. A child does that, and
/// leaves a detached mount in the table of descriptors that it shares with us.
int mount_by_page(const Overlay& overlay) {
    int channel[2];
    check(::pipe2(channel, O_CLOEXEC | O_NONBLOCK), "pipe");
    UniqueFd reader(channel[0]), writer(channel[1]);
    pid_t child = try_clone(CLONE_NEWNS | CLONE_FILES, -1, nullptr);
    if (child == 0) {
        int result = -EIO;
        try {
            result = mount_page_and_detach(overlay);
        } catch (const SystemError& error) {
            result = -error.error();
        }
        ::_exit(::write(channel[1], &result, sizeof result) == sizeof result ? 0 : 1);
    }
    if (child < 0) throw SystemError(-child, "clone");
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    int result = -EIO;
    check(::read(reader.get(), &result, sizeof result), "read the overlay's descriptor");
    if (result < 0) throw SystemError(-result, "mount overlay of " + overlay.lower.front());
    return result;
}

}  // namespace

int new_overlay(const Overlay& overlay) {
    UniqueFd context(check(::fsopen("overlay", FSOPEN_CLOEXEC), "open overlay file system"));
    set_string(context.get(), "source", "overlay");
    std::vector<UniqueFd> kept;
    for (const auto& layer : overlay.lower) {
        auto path = short_path(layer, kept);
        if (::fsconfig(context.get(), FSCONFIG_SET_STRING, "lowerdir+", path.c_str(), 0) == 0) continue;
        if (errno == EINVAL) return mount_by_page(overlay);
        throw_with_kernel_reason(context.get(), errno);
    }
    set_common(context.get(), overlay, kept);
    if (::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0)
        return mount_of(context.get());
    // The oldest form of the parameters takes any name at first, and refuses it here.
    if (errno == EINVAL) return mount_by_page(overlay);
    throw_with_kernel_reason(context.get(), errno);
}

}  // namespace dhow::linux
