#include <poll.h>
#include <time.h>

#include "base/error.hpp"
#include "linux/cgroup/cgroup.hpp"
#include "linux/cgroup/files.hpp"

namespace dhow::linux::cgroup {

namespace {

constexpr int most_attempts = 2000;

void pause_a_moment(int attempt) {
    timespec pause{.tv_sec = 0, .tv_nsec = attempt < 50 ? 100'000 : 5'000'000};
    ::nanosleep(&pause, nullptr);
}

void freeze_v1(int directory) {
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        write_file(directory, files::v1_freezer, "FROZEN");
        auto state = read_file(directory, files::v1_freezer);
        if (state.starts_with("FROZEN")) return;
        // A task that was born in between can hold the group in FREEZING for ever: let all go for a moment.
        if (attempt % 50 == 49) write_file(directory, files::v1_freezer, "THAWED");
        pause_a_moment(attempt);
    }
    write_file(directory, files::v1_freezer, "THAWED");
    throw SystemError(EBUSY, "freeze the cgroup");
}

void freeze_v2(int directory) {
    write_file(directory, files::v2_freezer, "1");
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        if (find_keyed(read_file(directory, files::v2_events), "frozen").value_or(0)) return;
        pause_a_moment(attempt);
    }
    write_file(directory, files::v2_freezer, "0");
    throw SystemError(EBUSY, "freeze the cgroup");
}

}  // namespace

void Cgroup::freeze() {
    auto directory = directory_of(freezer, "freezing");
    if (directory.version == Version::v1)
        freeze_v1(directory.fd);
    else
        freeze_v2(directory.fd);
}

void Cgroup::thaw() {
    auto directory = directory_of(freezer, "freezing");
    if (directory.version == Version::v1)
        write_file(directory.fd, files::v1_freezer, "THAWED");
    else
        write_file(directory.fd, files::v2_freezer, "0");
}

bool Cgroup::frozen() const {
    const Part* part = part_of(freezer);
    if (!part) return false;
    if (part->version == Version::v1)
        return !read_file(part->directory.get(), files::v1_freezer).starts_with("THAWED");
    return find_number(part->directory.get(), files::v2_freezer).value_or(0) == 1;
}

}  // namespace dhow::linux::cgroup
