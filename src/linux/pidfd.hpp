#pragma once
// Descriptors of processes: a name of a process that no other process can take over (pidfd_open(2)).

#include <optional>

#include <sys/types.h>

#include "base/unique_fd.hpp"

namespace dhow::linux {

/// How a child ended: what waitid(2) says.
struct ProcessExit {
    int code = 0;  ///< the exit status, or the signal's number
    bool signaled = false;
    /// The status that a shell gives: 128 + signal for a death by signal.
    int status() const noexcept { return signaled ? 128 + code : code; }
};

/// @throws SystemError; ESRCH when there is no such process.
UniqueFd pidfd_open(pid_t pid);

/// Sends a signal. False when the process is gone. @throws SystemError
bool pidfd_send_signal(int pidfd, int signal);

/// Waits until the process ends, at most `timeout_ms` (-1: for ever). False when the time is over.
bool pidfd_wait_exit(int pidfd, int timeout_ms);

/// Reaps a child; waits for its end unless `block` is false. None: it still runs.
/// @throws SystemError; ECHILD when it is not a child of this process.
std::optional<ProcessExit> pidfd_reap(int pidfd, bool block = true);

}  // namespace dhow::linux
