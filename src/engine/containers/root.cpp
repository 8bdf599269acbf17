#include "engine/containers/root.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.hpp"
#include "engine/core.hpp"
#include "engine/mount_points.hpp"
#include "engine/processes.hpp"
#include "engine/volume_source.hpp"
#include "linux/mount.hpp"
#include "linux/mount_options.hpp"
#include "linux/path.hpp"
#include "linux/pidfd.hpp"

namespace dhow::engine {

namespace {

/// All that the thread needs: it touches nothing of the loop's.
struct View {
    Container record;
    store::Snapshot snapshot;
    std::filesystem::path mount_points;  ///< the layer below all others
    UniqueFd process;  ///< a pidfd of the container's first process; empty when it does not run
    RootAccess access;
    bool with_mounts;
    std::map<std::string, VolumeSource> filesystems;  ///< volumes that are one of their own, by destination
};

/// Mounts by where they belong, detached.
using Mounts = std::map<std::string, UniqueFd>;

/// Volumes with options are looked through: a folder of the host is a bind, others are file systems.
void resolve_volumes(Core& core, View& view) {
    for (auto& mount : view.record.mounts) {
        if (mount.type != "volume" || !core.volumes.exists(mount.name)) continue;
        auto source = volume_source(core.volumes.inspect(mount.name));
        if (source.is_bind())
            mount.source = source.device;
        else if (!source.is_folder())
            view.filesystems.emplace(mount.destination, std::move(source));
    }
}

int checked(int result, const std::string& what) {
    if (result < 0) throw SystemError(-result, what);
    return result;
}

/// A tmpfs at a place of this thread's root, detached; none when something else is there.
std::optional<UniqueFd> clone_tmpfs(int root, const std::string& destination) {
    int found = linux::try_open_in_root(root, destination.c_str(), O_PATH | O_DIRECTORY);
    if (found < 0) return std::nullopt;
    UniqueFd folder(found);
    struct statfs status;
    check(::fstatfs(folder.get(), &status), "look at {}", destination);
    if (status.f_type != TMPFS_MAGIC) return std::nullopt;
    int mount = linux::try_clone_mount(folder.get(), "", false);
    if (mount < 0) return std::nullopt;
    return UniqueFd(mount);
}

/// The container's own root mount without what is mounted below, detached; and into `tmpfs` those of its
/// volumes that nobody else has. The thread's root is the container's until it returns to `home`: nothing
/// else is opened here, and what fails ends the thread.
UniqueFd clone_root_of(const View& view, int home, Mounts& tmpfs) {
    check(::setns(view.process.get(), CLONE_NEWNS), "enter the container's mount namespace");
    UniqueFd top(check(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), "open the container's root"));
    UniqueFd root(checked(linux::try_clone_mount(top.get(), "", false), "open the container's root"));
    struct statfs status;
    check(::fstatfs(root.get(), &status), "look at the container's root");
    // A privileged program can put itself on another root.
    if (status.f_type != OVERLAYFS_SUPER_MAGIC)
        throw Conflict("the container has replaced its root: its files cannot be reached");
    for (const auto& [destination, source] : view.filesystems)
        if (source.type == "tmpfs")
            if (auto mount = clone_tmpfs(top.get(), destination))
                tmpfs.emplace(destination, std::move(*mount));
    check(::setns(home, CLONE_NEWNS), "leave the container's mount namespace");
    return root;
}

UniqueFd mount_layers(const View& view) {
    linux::Overlay overlay;
    for (const auto& lower : view.snapshot.lowerdirs) overlay.lower.push_back(lower.string());
    if (view.access == RootAccess::write) {
        overlay.upper = view.snapshot.upperdir.string();
        overlay.work = view.snapshot.workdir.string();
    } else {
        // Nothing is written, so the container may start meanwhile.
        overlay.lower.insert(overlay.lower.begin(), view.snapshot.upperdir.string());
    }
    overlay.lower.push_back(view.mount_points.string());
    return UniqueFd(linux::new_overlay(overlay));
}

bool is_shown(const MountPoint& mount) { return mount.type == "volume" || mount.type == "bind"; }

UniqueFd open_source(const MountPoint& mount) {
    UniqueFd source(check(::open(mount.source.c_str(), O_PATH | O_CLOEXEC), "open {}", mount.source));
    if (mount.subpath.empty()) return source;
    return linux::open_in_root(source.get(), mount.subpath, O_PATH);
}

UniqueFd bind(const MountPoint& mount) {
    auto source = open_source(mount);
    return UniqueFd(
        checked(linux::try_clone_mount(source.get(), "", !mount.non_recursive), "bind " + mount.source));
}

UniqueFd mount_filesystem(const VolumeSource& source) {
    auto options = linux::parse_mount_options(source.options);
    return UniqueFd(checked(linux::try_new_mount(source.type.c_str(), source.device.c_str(),
                                                 options.filesystem, options.attributes.set),
                            "mount " + source.device));
}

/// Attaches what is detached at the place of `mount`.
void attach(int root, const MountPoint& mount, const UniqueFd& what, RootAccess access) {
    struct stat status;
    check(::fstat(what.get(), &status), "look at what {} is", mount.destination);
    int found = linux::try_open_in_root(root, mount.destination.c_str(), O_PATH);
    if (found == -ENOENT && access == RootAccess::write)
        found = S_ISDIR(status.st_mode)
                    ? linux::try_make_directories_in_root(root, mount.destination.c_str(), 0755)
                    : linux::try_make_file_in_root(root, mount.destination.c_str(), 0644);
    if (found == -ENOENT) return;  // it never ran, and nobody looked inside
    UniqueFd target(checked(found, "open " + mount.destination + " in the container"));
    linux::MountAttributes attributes;
    attributes.set = mount.read_write && access == RootAccess::write ? 0 : MOUNT_ATTR_RDONLY;
    if (attributes.any())
        checked(linux::try_set_mount_attributes(what.get(), attributes, true),
                "protect " + mount.destination);
    checked(linux::try_attach_mount(what.get(), target.get()), "mount " + mount.destination);
}

/// Mounts volumes and binds, those that hold others first. `own` are of the container itself.
void attach_all(const View& view, int root, const Mounts& own) {
    std::vector<MountPoint> mounts;
    std::ranges::copy_if(view.record.mounts, std::back_inserter(mounts), is_shown);
    std::ranges::stable_sort(
        mounts, {}, [](const MountPoint& mount) { return std::ranges::count(mount.destination, '/'); });
    for (const auto& mount : mounts) {
        auto taken = own.find(mount.destination);
        auto filesystem = view.filesystems.find(mount.destination);
        bool is_filesystem = filesystem != view.filesystems.end();
        if (taken != own.end())
            attach(root, mount, taken->second, view.access);
        else if (is_filesystem && view.process && filesystem->second.type == "tmpfs")
            continue;  // the container has unmounted it, or covered it
        else if (is_filesystem)
            attach(root, mount, mount_filesystem(filesystem->second), view.access);
        else
            attach(root, mount, bind(mount), view.access);
    }
}

/// Makes this thread's mount namespace with the root at the snapshot's mount point.
UniqueFd enter(const View& view) {
    UniqueFd home(
        check(::open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC), "open the mount namespace"));
    check(::unshare(CLONE_FS), "unshare the root directory");
    Mounts own;
    auto root = view.process ? clone_root_of(view, home.get(), own) : mount_layers(view);
    check(::unshare(CLONE_NEWNS), "make a mount namespace");
    check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make all mounts private");
    linux::MountAttributes attributes;
    bool writable = view.access == RootAccess::write && !view.record.host_config.readonly_rootfs;
    (writable ? attributes.clear : attributes.set) = MOUNT_ATTR_RDONLY;
    // Places for volumes that are missing can be made only while it is writable.
    UniqueFd place(check(::open(view.snapshot.merged.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), "open {}",
                         view.snapshot.merged.string()));
    checked(linux::try_attach_mount(root.get(), place.get()), "mount the container's root");
    if (view.with_mounts) attach_all(view, root.get(), own);
    checked(linux::try_set_mount_attributes(root.get(), attributes, false), "protect the container's root");
    return root;
}

void run_on_thread(const View& view, const std::function<void(int)>& work) {
    std::exception_ptr failure;
    std::thread thread([&] {
        try {
            auto root = enter(view);
            work(root.get());
        } catch (...) {
            failure = std::current_exception();
        }
    });
    thread.join();
    if (failure) std::rethrow_exception(failure);
}

/// A descriptor of the container's first process that is surely its own.
Task<UniqueFd> first_process(Core& core, LivePtr container) {
    int pid = container->record.state.pid;
    UniqueFd process;
    try {
        process = linux::pidfd_open(pid);
    } catch (const SystemError&) {
        throw Conflict("container {} is not running", container->id());
    }
    auto pids = co_await container_pids(core, container);
    if (!pids.contains(pid)) throw Conflict("container {} is not running", container->id());
    co_return process;
}

}  // namespace

Task<void> with_root(Core& core, LivePtr container, RootAccess access, bool with_mounts,
                     std::function<void(int root)> work) {
    auto turn = co_await container->operation.lock();
    switch (container->record.state.phase) {
        case Phase::removing:
        case Phase::dead:
            throw Conflict("container {} is being removed", container->id());
        default:
            break;
    }
    auto view = std::make_shared<View>();
    view->record = container->record;
    resolve_volumes(core, *view);
    view->mount_points = mount_points_layer(core.options.data_root);
    view->access = access;
    view->with_mounts = with_mounts;
    // One that never ran has no places for its volumes yet.
    if (with_mounts && container->record.state.phase == Phase::created && !container->record.mounts.empty())
        view->access = RootAccess::write;
    if (container->alive()) view->process = co_await first_process(core, container);
    if (view->process || view->access == RootAccess::read) turn.unlock();
    auto run = [&core, view, work] {
        view->snapshot = core.store.snapshots().get(view->record.id);
        run_on_thread(*view, work);
    };
    co_await core.pool.run(std::move(run));
}

}  // namespace dhow::engine
