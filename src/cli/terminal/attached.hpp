#pragma once
// The time in which this process stands in for a container's terminal or streams.

#include <functional>
#include <optional>
#include <string>

#include "cli/terminal/raw_mode.hpp"
#include "client/connection.hpp"
#include "client/streams.hpp"

namespace dhow::cli {

/// Blocks signals and hands them out through a descriptor, so that none is lost between two steps. Made
/// before the container is, lives as long as it is attached.
class SignalInbox {
  public:
    /// @param forwards every signal that can be forwarded is taken, rather than the change of the window's
    /// size alone.
    explicit SignalInbox(bool forwards);
    ~SignalInbox();
    SignalInbox(const SignalInbox&) = delete;
    SignalInbox& operator=(const SignalInbox&) = delete;

    int fd() const { return fd_.get(); }
    /// The next signal, or 0.
    int take();

  private:
    UniqueFd fd_;
};

/// "TERM" for SIGTERM.
std::string signal_name(int signal);

struct AttachOptions {
    bool in = false;
    bool tty = false;
    bool reads_output = true;  ///< standard output or error is attached
    std::string detach_keys;   ///< bytes; empty: none are watched for
    std::function<void(int signal)> forward = {};
    /// Sets the size of the process's terminal. @return false when it cannot be set (yet).
    std::function<bool(TerminalSize size)> resize = {};
    /// Set the size at once, and again while that fails: the terminal may not be there yet.
    bool resizes_at_start = false;
    /// The connection on which the exit status comes, its head already read; null when nobody waits.
    client::Connection* wait = nullptr;
};

struct AttachResult {
    bool detached = false;
    std::string waited;  ///< the body of the answer to the wait
};

/// Pumps both ways until the output ends and the exit is known, or the detach keys are typed.
/// The caller puts the terminal into raw mode, before the process is started: what is typed meanwhile is the
/// process's.
/// @throws Unavailable, SystemError.
AttachResult pump(client::Hijacked stream, const AttachOptions& options, SignalInbox& signals);

}  // namespace dhow::cli
