#pragma once
// exit.json in a container's run directory: how its first process ended. The shim writes it, whole or not at
// all, before it tells anyone; a daemon that was away reads it.
//
//     {"code":137,"oom_killed":true,"at":"2024-05-01T12:00:00.123456789Z"}

#include <filesystem>
#include <optional>

#include "shim/protocol/messages.hpp"

namespace dhow::shim::protocol {

/// @throws SystemError.
void write_exit_record(const std::filesystem::path& run_directory, const Exit& exit);

/// Removes what an earlier run left. @throws SystemError.
void remove_exit_record(const std::filesystem::path& run_directory);

/// None when there is none. @throws SystemError; InvalidArgument when it is damaged.
std::optional<Exit> read_exit_record(const std::filesystem::path& run_directory);

}  // namespace dhow::shim::protocol
