#pragma once
// The JSON of engine/model/container_state.hpp, apart from it because it is slow to compile and few files
// need it.

#include "base/json.hpp"
#include "base/json_time.hpp"
#include "engine/model/container_state.hpp"

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
