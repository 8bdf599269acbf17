#include "engine/model/container_state.hpp"

#include <algorithm>
#include <initializer_list>

#include "base/error.hpp"
#include "engine/model/container_state_json.hpp"

namespace dhow::engine {

namespace {

struct Transition {
    Phase from;
    std::initializer_list<Phase> to;
};

/// What may follow what. A failed start goes back to where it came from; "dead" only ends.
const Transition transitions[] = {
    {Phase::created, {Phase::starting, Phase::removing}},
    {Phase::starting, {Phase::running, Phase::created, Phase::exited, Phase::restarting}},
    {Phase::running, {Phase::paused, Phase::exited, Phase::restarting}},
    {Phase::paused, {Phase::running, Phase::exited, Phase::restarting}},
    {Phase::restarting, {Phase::starting, Phase::exited, Phase::removing}},
    {Phase::exited, {Phase::starting, Phase::removing, Phase::restarting}},
    {Phase::removing, {Phase::dead}},
    {Phase::dead, {Phase::removing}},
};

std::string_view health_suffix(const ContainerState& state) {
    if (!state.health) return "";
    switch (state.health->status) {
        case HealthStatus::starting:
            return " (health: starting)";
        case HealthStatus::healthy:
            return " (healthy)";
        case HealthStatus::unhealthy:
            return " (unhealthy)";
    }
    return "";
}

}  // namespace

bool can_follow(Phase from, Phase to) {
    for (const auto& row : transitions)
        if (row.from == from) return std::ranges::find(row.to, to) != row.to.end();
    return false;
}

void transition(ContainerState& state, Phase to) {
    if (!can_follow(state.phase, to))
        throw InternalError("a container cannot go from {} to {}", json::name_of(state.phase),
                            json::name_of(to));
    state.phase = to;
}

std::string_view status_word(Phase phase) {
    return phase == Phase::starting ? "created" : json::name_of(phase);
}

std::string status_text(const ContainerState& state, Timestamp at) {
    switch (state.phase) {
        case Phase::created:
        case Phase::starting:
            return "Created";
        case Phase::running:
            return fmt::format("Up {}{}", human_duration(at - state.started_at), health_suffix(state));
        case Phase::paused:
            return fmt::format("Up {}{} (Paused)", human_duration(at - state.started_at),
                               health_suffix(state));
        case Phase::restarting:
            return fmt::format("Restarting ({}) {} ago", state.exit_code,
                               human_duration(at - state.finished_at));
        case Phase::removing:
            return "Removal In Progress";
        case Phase::dead:
            return "Dead";
        case Phase::exited:
            if (state.finished_at == Timestamp{}) return "";
            return fmt::format("Exited ({}) {} ago", state.exit_code, human_duration(at - state.finished_at));
    }
    return "";
}

}  // namespace dhow::engine
