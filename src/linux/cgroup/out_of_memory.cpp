#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

#include "base/error.hpp"
#include "linux/cgroup/cgroup.hpp"
#include "linux/cgroup/files.hpp"

namespace dhow::linux::cgroup {

std::uint64_t Cgroup::out_of_memory_kills() const {
    const Part* part = part_of(memory);
    if (!part) return 0;
    const char* file = part->version == Version::v1 ? files::out_of_memory.v1 : files::out_of_memory.v2;
    auto text = find_file(part->directory.get(), file);
    return text ? find_keyed(*text, "oom_kill").value_or(0) : 0;
}

UniqueFd Cgroup::out_of_memory_event() const {
    auto directory = directory_of(memory, "memory");
    if (directory.version == Version::v2) {
        UniqueFd events(check(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK), "make an inotify instance"));
        auto path = fmt::format("/proc/self/fd/{}/{}", directory.fd, files::out_of_memory.v2);
        check(::inotify_add_watch(events.get(), path.c_str(), IN_MODIFY), "watch {}",
              files::out_of_memory.v2);
        return events;
    }
    UniqueFd event(check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "make an eventfd"));
    UniqueFd control(check(::openat(directory.fd, files::out_of_memory.v1, O_RDONLY | O_CLOEXEC), "open {}",
                           files::out_of_memory.v1));
    write_file(directory.fd, files::v1_event_control, fmt::format("{} {}", event.get(), control.get()));
    return event;
}

}  // namespace dhow::linux::cgroup
