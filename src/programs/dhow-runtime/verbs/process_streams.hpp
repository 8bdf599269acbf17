#pragma once
// What `create`, `run` and `exec` have in common: the terminal, the pid file, and waiting in the foreground.

#include <filesystem>
#include <string>

#include "runtime/container.hpp"

namespace dhow::runtime_program {

/// Where the program's own standard streams go to the container's process, as runc does it.
runtime::StandardStreams own_streams();

/// Sends the master side of a terminal to whoever listens at a unix socket. @throws SystemError
void send_terminal(const std::filesystem::path& console_socket, int master);

/// @throws InvalidArgument when a terminal is asked for and nobody takes it, or the other way round.
void check_console_socket(bool terminal, bool detached, const std::string& console_socket);

/// Writes the pid, whole or not at all. Nothing for an empty path. @throws SystemError
void write_pid_file(const std::filesystem::path& path, pid_t pid);

/// Waits until the process ends, passing signals, the terminal's input, output and size on.
/// Gives the exit status that a shell would.
int wait_in_foreground(runtime::Process process);

}  // namespace dhow::runtime_program
