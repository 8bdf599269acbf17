#pragma once
// Health checks: a command run in the container every so often. Decisions apart from doing.

#include <chrono>
#include <optional>

#include "engine/model/container.hpp"

namespace dhow::engine {

/// A health check with docker's defaults filled in.
struct HealthPlan {
    std::vector<std::string> command;
    std::chrono::nanoseconds interval = std::chrono::seconds(30);
    std::chrono::nanoseconds timeout = std::chrono::seconds(30);
    std::chrono::nanoseconds start_period{};
    std::chrono::nanoseconds start_interval = std::chrono::seconds(5);
    int retries = 3;
};

/// None when the configuration has no health check, or {"NONE"}.
std::optional<HealthPlan> health_plan(const ContainerConfig& config);

/// Takes a probe's result in. @return true when the status changed.
/// @param since_start how long the container has run: failures within the start period do not count, until
///     the first success.
bool apply_probe(Health& health, HealthResult result, const HealthPlan& plan,
                 std::chrono::nanoseconds since_start);

/// The pause before the next probe.
std::chrono::nanoseconds probe_pause(const Health& health, const HealthPlan& plan,
                                     std::chrono::nanoseconds since_start);

}  // namespace dhow::engine
