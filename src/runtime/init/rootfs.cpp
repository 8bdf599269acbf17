#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/mount.hpp"
#include "linux/path.hpp"
#include "runtime/init/steps.hpp"

namespace dhow::runtime::init {

bool attach_root(const ContainerPlan& plan, RootState& state, Failure& failure) noexcept {
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0)
        return failure.set(Step::private_mounts, errno);
    // On "/" itself: no path of the host is needed, and none is seen from inside.
    int result = ::move_mount(plan.root_mount, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
    if (result < 0) return failure.set(Step::attach_root, errno);
    // Its own propagation comes after the pivot, which refuses a shared root.
    result = linux::try_set_propagation(plan.root_mount, MS_PRIVATE, true);
    if (result < 0) return failure.set(Step::attach_root, result, "propagation");
    state.root = plan.root_mount;
    return true;
}

namespace {

int open_target(int root, const MountStep& step) noexcept {
    auto symlinks = step.symlinks_refused ? linux::Symlinks::refuse : linux::Symlinks::follow;
    const char* path = step.destination.c_str();
    return step.is_file ? linux::try_make_file_in_root(root, path, 0755, symlinks)
                        : linux::try_make_directories_in_root(root, path, 0755, symlinks);
}

bool make_mount(const MountStep& step, RootState& state, Failure& failure) noexcept {
    const char* name = step.destination.c_str();
    int target = open_target(state.root, step);
    if (target < 0) return failure.set(Step::mount_target, target, name);
    int mount = step.mount;
    if (mount < 0) {
        const char* source = step.source.empty() ? step.type.c_str() : step.source.c_str();
        mount = linux::try_new_mount(step.type.c_str(), source, step.options, step.attributes);
    }
    if (mount < 0) return failure.set(Step::mount_filesystem, mount, name);
    int result = linux::try_attach_mount(mount, target);
    if (result < 0) return failure.set(Step::attach_mount, result, name);
    ::close(target);
    if (step.mount >= 0) return true;
    // The first one is kept: nobody else had it in hand before.
    if (step.type == "proc" && state.proc < 0)
        state.proc = mount;
    else
        ::close(mount);
    return true;
}

}  // namespace

bool make_mounts(const ContainerPlan& plan, RootState& state, Failure& failure) noexcept {
    for (const auto& step : plan.mounts)
        if (!make_mount(step, state, failure)) return false;
    return true;
}

bool make_working_directory(const ContainerPlan& plan, const RootState& state, Failure& failure) noexcept {
    if (!plan.program.make_cwd) return true;
    int folder = linux::try_make_directories_in_root(state.root, plan.program.cwd.c_str(), 0755);
    // What is there but is no folder, or cannot be made, is said when it is entered.
    if (folder < 0 && folder != -ENOTDIR && folder != -EROFS && folder != -ELOOP)
        return failure.set(Step::working_directory_made, folder, plan.program.cwd.c_str());
    if (folder >= 0) ::close(folder);
    return true;
}

bool make_late_read_only(const ContainerPlan& plan, const RootState& state, Failure& failure) noexcept {
    for (const auto& step : plan.mounts) {
        if (!step.read_only_late) continue;
        int mount = linux::try_open_in_root(state.root, step.destination.c_str(), O_PATH);
        int result =
            mount < 0 ? mount
                      : linux::try_set_mount_attributes(mount, {.set = MOUNT_ATTR_RDONLY, .clear = 0}, false);
        if (result < 0) return failure.set(Step::mount_attributes, result, step.destination.c_str());
        ::close(mount);
    }
    if (!plan.root_read_only) return true;
    int result = linux::try_set_mount_attributes(state.root, {.set = MOUNT_ATTR_RDONLY, .clear = 0}, false);
    return result == 0 || failure.set(Step::root_read_only, result);
}

bool pivot_to_root(const ContainerPlan& plan, const RootState& state, Failure& failure) noexcept {
    if (::fchdir(state.root) < 0) return failure.set(Step::pivot_root, errno);
    int result = linux::try_pivot_root_to_working_directory();
    if (result < 0) return failure.set(Step::pivot_root, result);
    if (plan.root_propagation == 0) return true;
    result = linux::try_set_propagation(state.root, plan.root_propagation, plan.root_propagation_recursive);
    return result == 0 || failure.set(Step::pivot_root, result, "propagation");
}

}  // namespace dhow::runtime::init
