#pragma once
// Whether and when a container that exited is started again: a pure decision.

#include <chrono>
#include <optional>

#include "engine/model/container.hpp"

namespace dhow::engine {

/// What is known of an exit.
struct ExitFacts {
    int exit_code = 0;
    bool stopped_by_user = false;           ///< stop, kill or remove asked for it
    int restart_count = 0;                  ///< restarts by the policy so far
    std::chrono::nanoseconds ran_for{};     ///< from its start to its exit
    std::chrono::nanoseconds last_pause{};  ///< before this run; 0: it was started by the user
};

inline constexpr std::chrono::nanoseconds first_restart_pause = std::chrono::milliseconds(100);
inline constexpr std::chrono::nanoseconds longest_restart_pause = std::chrono::minutes(1);
/// A run of that length makes the pauses start anew.
inline constexpr std::chrono::nanoseconds restart_pause_reset = std::chrono::seconds(10);

/// The pause before the next start, or none when the container stays down.
std::optional<std::chrono::nanoseconds> decide_restart(const RestartPolicy& policy, const ExitFacts& facts);

/// Whether the daemon starts a container that does not run when it comes up itself.
bool wanted_at_boot(const RestartPolicy& policy, const ContainerState& state);

/// @throws InvalidArgument in docker's words for an unknown name, or a count without "on-failure".
void validate_restart_policy(const RestartPolicy& policy);

}  // namespace dhow::engine
