#pragma once
// The state of a container: one enum, one table of transitions; what is wanted of it is a field of its own.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.hpp"

namespace dhow::engine {

enum class Phase {
    created,   ///< never ran, or its start failed
    starting,  ///< its start is under way; shown to users as "created"
    running,
    paused,
    restarting,  ///< exited, and the restart policy starts it again after a pause
    removing,
    exited,
    dead,  ///< its removal failed half-way; only removal is left
};

/// What the user wants of the container: decides about restarts after an exit and at boot.
enum class Wanted { nothing, running, stopped };

enum class HealthStatus { starting, healthy, unhealthy };

/// One probe of the container's health.
struct HealthResult {
    Timestamp start;
    Timestamp end;
    int exit_code = 0;
    std::string output;
};

struct Health {
    HealthStatus status = HealthStatus::starting;
    int failing_streak = 0;
    std::vector<HealthResult> log;  ///< the last five
};

struct ContainerState {
    Phase phase = Phase::created;
    Wanted wanted = Wanted::nothing;
    int pid = 0;  ///< of its first process, on the host; 0 when it does not run
    int exit_code = 0;
    std::string error;  ///< why the last start failed
    bool oom_killed = false;
    Timestamp started_at;
    Timestamp finished_at;
    std::optional<Health> health;

    /// Its first process lives: running or paused.
    bool alive() const { return phase == Phase::running || phase == Phase::paused; }
};

/// Whether a container may go from one phase to another.
bool can_follow(Phase from, Phase to);

/// Moves to `to`. @throws InternalError when the table has no such transition.
void transition(ContainerState& state, Phase to);

/// The status word of the Engine API: "created", "running", ... ("starting" reads as "created").
std::string_view status_word(Phase phase);

/// "Up 3 minutes (healthy)", "Exited (0) 2 hours ago", "Created": the STATUS column of `docker ps`.
std::string status_text(const ContainerState& state, Timestamp at);

}  // namespace dhow::engine
