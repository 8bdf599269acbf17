#pragma once
// What /proc tells of processes: proc(5).

#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

namespace dhow::linux {

struct ProcessStatus {
    char state = '?';  ///< R, S, D, T, Z, ...
    pid_t parent = 0;
    std::uint64_t start_time = 0;  ///< clock ticks after boot: with the pid it names a process for ever
};

/// The status of a process; none when there is none. @throws SystemError
std::optional<ProcessStatus> process_status(pid_t pid);

/// A whole small file. None when it does not exist, or the process it belongs to is gone. @throws SystemError
std::optional<std::string> read_small_file(const std::string& path);

/// Writes `value` to a file that exists, in one write(2). @throws SystemError
void write_small_file(const std::string& path, const std::string& value);

}  // namespace dhow::linux
