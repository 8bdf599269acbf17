#pragma once
// The state of a container: one enum, one table of transitions; what is wanted of it is a field of its own.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/json_time.hpp"

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

template <>
struct dhow::json::Names<dhow::engine::Phase> {
    using enum engine::Phase;
    static constexpr std::array list{
        std::pair{created, std::string_view("created")},
        std::pair{starting, std::string_view("starting")},
        std::pair{running, std::string_view("running")},
        std::pair{paused, std::string_view("paused")},
        std::pair{restarting, std::string_view("restarting")},
        std::pair{removing, std::string_view("removing")},
        std::pair{exited, std::string_view("exited")},
        std::pair{dead, std::string_view("dead")},
    };
};

template <>
struct dhow::json::Names<dhow::engine::Wanted> {
    using enum engine::Wanted;
    static constexpr std::array list{
        std::pair{nothing, std::string_view("nothing")},
        std::pair{running, std::string_view("running")},
        std::pair{stopped, std::string_view("stopped")},
    };
};

template <>
struct dhow::json::Names<dhow::engine::HealthStatus> {
    using enum engine::HealthStatus;
    static constexpr std::array list{
        std::pair{starting, std::string_view("starting")},
        std::pair{healthy, std::string_view("healthy")},
        std::pair{unhealthy, std::string_view("unhealthy")},
    };
};

template <>
struct dhow::json::Members<dhow::engine::HealthResult> {
    using T = engine::HealthResult;
    static constexpr auto list = std::tuple{
        member("Start", &T::start),
        member("End", &T::end),
        member("ExitCode", &T::exit_code),
        member("Output", &T::output),
    };
};

template <>
struct dhow::json::Members<dhow::engine::Health> {
    using T = engine::Health;
    static constexpr auto list = std::tuple{
        member("Status", &T::status),
        member("FailingStreak", &T::failing_streak),
        member("Log", &T::log),
    };
};

template <>
struct dhow::json::Members<dhow::engine::ContainerState> {
    using T = engine::ContainerState;
    static constexpr auto list = std::tuple{
        member("Phase", &T::phase),
        member("Wanted", &T::wanted),
        member("Pid", &T::pid),
        member("ExitCode", &T::exit_code),
        member("Error", &T::error),
        member("OOMKilled", &T::oom_killed),
        member("StartedAt", &T::started_at),
        member("FinishedAt", &T::finished_at),
        member("Health", &T::health, omit_empty),
    };
};
