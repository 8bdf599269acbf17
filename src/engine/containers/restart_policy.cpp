#include "engine/containers/restart_policy.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace dhow::engine {

std::optional<std::chrono::nanoseconds> decide_restart(const RestartPolicy& policy, const ExitFacts& facts) {
    if (facts.stopped_by_user) return std::nullopt;
    bool again = false;
    if (policy.name == "always" || policy.name == "unless-stopped")
        again = true;
    else if (policy.name == "on-failure")
        again = facts.exit_code != 0 &&
                (policy.maximum_retry_count == 0 || facts.restart_count < policy.maximum_retry_count);
    if (!again) return std::nullopt;
    if (facts.last_pause == std::chrono::nanoseconds(0) || facts.ran_for >= restart_pause_reset)
        return first_restart_pause;
    return std::min(facts.last_pause * 2, longest_restart_pause);
}

bool wanted_at_boot(const RestartPolicy& policy, const ContainerState& state) {
    if (policy.name == "always") return state.wanted != Wanted::nothing;
    if (policy.name == "unless-stopped") return state.wanted == Wanted::running;
    // A failure that nobody heard of, since the daemon was down too, counts as one.
    if (policy.name == "on-failure") return state.wanted == Wanted::running && state.exit_code != 0;
    return false;
}

void validate_restart_policy(const RestartPolicy& policy) {
    const auto& name = policy.name;
    bool with_count = name == "on-failure";
    if (!with_count && name != "" && name != "no" && name != "always" && name != "unless-stopped")
        throw InvalidArgument(
            "invalid restart policy: unknown policy '{}'; use one of 'no', 'always', "
            "'on-failure', or 'unless-stopped'",
            name);
    if (policy.maximum_retry_count < 0)
        throw InvalidArgument("invalid restart policy: maximum retry count cannot be negative");
    if (!with_count && policy.maximum_retry_count > 0)
        throw InvalidArgument(
            "invalid restart policy: maximum retry count can only be used with 'on-failure'");
}

}  // namespace dhow::engine
