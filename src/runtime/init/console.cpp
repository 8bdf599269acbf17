#include <cerrno>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "linux/mount.hpp"
#include "linux/path.hpp"
#include "linux/terminal.hpp"
#include "runtime/init/channel.hpp"
#include "runtime/init/steps.hpp"

namespace dhow::runtime::init {

namespace {

/// The slave itself is bound, by its descriptor, not by its name in /dev/pts (CVE-2025-52565).
int bind_console(int root, int terminal) noexcept {
    int target = linux::try_make_file_in_root(root, "/dev/console", 0600, linux::Symlinks::refuse);
    if (target < 0) return target;
    int mount = linux::try_clone_mount(terminal, "", false);
    int result = mount < 0 ? mount : linux::try_attach_mount(mount, target);
    if (mount >= 0) ::close(mount);
    ::close(target);
    return result;
}

bool is_null_device(const struct stat& status) noexcept {
    return S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
}

/// The container's null device, so that no descriptor of the host's /dev is handed in.
int open_null() noexcept {
    int null = ::open("/dev/null", O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    struct stat status{};
    if (null < 0) return -errno;
    if (::fstat(null, &status) == 0 && is_null_device(status)) return null;
    ::close(null);
    return -ENODEV;
}

/// A program that opens /dev/stderr again must own what it opens.
void give_to_user(int stream, const struct stat& status, uid_t uid) noexcept {
    // A refusal (an id that the user namespace lacks, a read-only file system) leaves the stream usable as it
    // is.
    if (status.st_uid != uid && ::fchown(stream, uid, static_cast<gid_t>(-1)) < 0) return;
}

bool set_stream(const ProgramPlan& plan, int stream, int source, Failure& failure) noexcept {
    struct stat status{};
    bool null = source < 0 || (::fstat(source, &status) == 0 && is_null_device(status));
    if (null) source = open_null();
    if (source < 0) return failure.set(Step::standard_streams, source, "/dev/null");
    if (::dup2(source, stream) < 0) return failure.set(Step::standard_streams, errno);
    if (source == stream && ::fcntl(stream, F_SETFD, 0) < 0)
        return failure.set(Step::standard_streams, errno);
    if (!null) give_to_user(stream, status, plan.uid);
    return true;
}

}  // namespace

bool open_console(const ContainerPlan& plan, RootState& state, Failure& failure) noexcept {
    if (!plan.program.terminal) return true;
    int ptmx = linux::try_open_in_root(state.root, "/dev/pts/ptmx", O_PATH | O_NOFOLLOW);
    int master = -1;
    int result = ptmx < 0 ? ptmx : linux::try_open_terminal(ptmx, master, state.terminal);
    if (result < 0) return failure.set(Step::open_terminal, result, "/dev/pts/ptmx");
    ::close(ptmx);
    const auto& size = plan.program.terminal_size;
    if (size.rows || size.columns) linux::try_set_terminal_size(master, size);
    if (!send_message(plan.program.channel, {.kind = Kind::terminal}, master))
        return failure.set(Step::send_terminal, errno);
    ::close(master);
    result = bind_console(state.root, state.terminal);
    return result == 0 || failure.set(Step::bind_console, result, "/dev/console");
}

bool set_standard_streams(const ProgramPlan& plan, int terminal, Failure& failure) noexcept {
    if (plan.terminal && ::ioctl(terminal, TIOCSCTTY, 0) < 0)
        return failure.set(Step::standard_streams, errno, "controlling terminal");
    for (int stream = 0; stream < 3; ++stream)
        if (!set_stream(plan, stream, plan.terminal ? terminal : plan.streams[stream], failure)) return false;
    return true;
}

}  // namespace dhow::runtime::init
