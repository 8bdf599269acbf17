#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "engine/containers/health.hpp"
#include "engine/containers/image_config.hpp"
#include "engine/containers/restart_policy.hpp"
#include "engine/model/container.hpp"
#include "engine/model/container_json.hpp"

namespace dhow::engine {

using namespace std::chrono_literals;

TEST(ContainerState, FollowsTheTable) {
    EXPECT_TRUE(can_follow(Phase::created, Phase::starting));
    EXPECT_TRUE(can_follow(Phase::starting, Phase::running));
    EXPECT_TRUE(can_follow(Phase::starting, Phase::created));
    EXPECT_TRUE(can_follow(Phase::paused, Phase::exited));
    EXPECT_TRUE(can_follow(Phase::removing, Phase::dead));
    EXPECT_FALSE(can_follow(Phase::created, Phase::running));
    EXPECT_FALSE(can_follow(Phase::running, Phase::removing));
    EXPECT_FALSE(can_follow(Phase::exited, Phase::paused));
    EXPECT_FALSE(can_follow(Phase::dead, Phase::starting));
    ContainerState state;
    EXPECT_THROW(transition(state, Phase::paused), InternalError);
    EXPECT_EQ(state.phase, Phase::created);
}

TEST(ContainerState, ReadsAsDockersStatus) {
    auto at = now();
    ContainerState state;
    EXPECT_EQ(status_text(state, at), "Created");
    state.phase = Phase::running;
    state.started_at = at - 3min;
    EXPECT_EQ(status_text(state, at), "Up 3 minutes");
    state.health = Health{};
    EXPECT_EQ(status_text(state, at), "Up 3 minutes (health: starting)");
    state.health.reset();
    state.phase = Phase::exited;
    state.exit_code = 3;
    state.finished_at = at - 2h;
    EXPECT_EQ(status_text(state, at), "Exited (3) 2 hours ago");
    EXPECT_EQ(status_word(Phase::starting), "created");
}

TEST(ContainerRecord, SurvivesTheDatabase) {
    Container record;
    record.id = "abc";
    record.config.cmd = {{"sleep", "1"}};
    record.host_config.memory = 64 << 20;
    record.host_config.port_bindings["80/tcp"] = {{{"127.0.0.1", "8080"}}};
    record.host_config.port_bindings["81/tcp"] = std::nullopt;
    record.state.wanted = Wanted::running;
    record.created = now();
    auto again = json::read<Container>(json::write(record));
    EXPECT_EQ(json::write(again), json::write(record));
    EXPECT_EQ(again.host_config.memory, 64 << 20);
    EXPECT_EQ(again.state.wanted, Wanted::running);
    EXPECT_EQ(again.created, record.created);
}

ExitFacts exit_of(int code) {
    ExitFacts facts;
    facts.exit_code = code;
    return facts;
}

TEST(RestartPolicy, DecidesByNameAndExitCode) {
    EXPECT_FALSE(decide_restart({"no", 0}, exit_of(1)));
    EXPECT_FALSE(decide_restart({"", 0}, exit_of(1)));
    EXPECT_TRUE(decide_restart({"always", 0}, exit_of(0)));
    EXPECT_TRUE(decide_restart({"unless-stopped", 0}, exit_of(0)));
    EXPECT_FALSE(decide_restart({"on-failure", 0}, exit_of(0)));
    EXPECT_TRUE(decide_restart({"on-failure", 0}, exit_of(1)));
    auto facts = exit_of(1);
    facts.restart_count = 2;
    EXPECT_TRUE(decide_restart({"on-failure", 3}, facts));
    facts.restart_count = 3;
    EXPECT_FALSE(decide_restart({"on-failure", 3}, facts));
    facts = exit_of(1);
    facts.stopped_by_user = true;
    EXPECT_FALSE(decide_restart({"always", 0}, facts));
}

TEST(RestartPolicy, DoublesThePauseAndStartsAnewAfterALongRun) {
    RestartPolicy always{"always", 0};
    auto facts = exit_of(1);
    EXPECT_EQ(decide_restart(always, facts), std::chrono::nanoseconds(100ms));
    facts.last_pause = 100ms;
    EXPECT_EQ(decide_restart(always, facts), std::chrono::nanoseconds(200ms));
    facts.last_pause = 50s;
    EXPECT_EQ(decide_restart(always, facts), std::chrono::nanoseconds(1min));
    facts.ran_for = 10s;
    EXPECT_EQ(decide_restart(always, facts), std::chrono::nanoseconds(100ms));
}

TEST(RestartPolicy, KnowsWhatIsWantedAtBoot) {
    ContainerState state;
    EXPECT_FALSE(wanted_at_boot({"always", 0}, state));
    state.wanted = Wanted::stopped;
    EXPECT_TRUE(wanted_at_boot({"always", 0}, state));
    EXPECT_FALSE(wanted_at_boot({"unless-stopped", 0}, state));
    state.wanted = Wanted::running;
    EXPECT_TRUE(wanted_at_boot({"unless-stopped", 0}, state));
    EXPECT_FALSE(wanted_at_boot({"no", 0}, state));
}

TEST(RestartPolicy, RefusesWhatDockerRefuses) {
    EXPECT_NO_THROW(validate_restart_policy({"on-failure", 5}));
    EXPECT_THROW(validate_restart_policy({"sometimes", 0}), InvalidArgument);
    EXPECT_THROW(validate_restart_policy({"always", 1}), InvalidArgument);
    EXPECT_THROW(validate_restart_policy({"on-failure", -1}), InvalidArgument);
}

HealthResult probe(int code) {
    HealthResult result;
    result.exit_code = code;
    return result;
}

TEST(Health, TurnsUnhealthyAfterItsRetriesAndBack) {
    HealthPlan plan;
    plan.retries = 2;
    Health health;
    EXPECT_FALSE(apply_probe(health, probe(1), plan, 1s));
    EXPECT_TRUE(apply_probe(health, probe(1), plan, 2s));
    EXPECT_EQ(health.status, HealthStatus::unhealthy);
    EXPECT_TRUE(apply_probe(health, probe(0), plan, 3s));
    EXPECT_EQ(health.status, HealthStatus::healthy);
    EXPECT_EQ(health.failing_streak, 0);
    for (int i = 0; i < 10; ++i) apply_probe(health, probe(0), plan, 4s);
    EXPECT_EQ(health.log.size(), 5u);
}

TEST(Health, ForgivesFailuresInTheStartPeriod) {
    HealthPlan plan;
    plan.retries = 1;
    plan.start_period = 10s;
    Health health;
    EXPECT_FALSE(apply_probe(health, probe(1), plan, 5s));
    EXPECT_EQ(health.failing_streak, 0);
    EXPECT_TRUE(apply_probe(health, probe(1), plan, 11s));
}

TEST(Inherit, KeepsDockersRuleForEntrypointAndCommand) {
    oci::ContainerConfig image;
    image.entrypoint = {{"/entry"}};
    image.cmd = {{"default"}};
    image.env = {"A=image", "B=image"};
    ContainerConfig plain;
    plain.env = {"A=own"};
    inherit(plain, image);
    EXPECT_EQ(plain.entrypoint, image.entrypoint);
    EXPECT_EQ(plain.cmd, image.cmd);
    EXPECT_EQ(plain.env, (std::vector<std::string>{"A=own", "B=image"}));
    ContainerConfig own_entrypoint;
    own_entrypoint.entrypoint = {{"/own"}};
    inherit(own_entrypoint, image);
    EXPECT_FALSE(own_entrypoint.cmd);
    ContainerConfig reset;
    reset.entrypoint = {{""}};
    reset.cmd = {{"ls"}};
    inherit(reset, image);
    EXPECT_FALSE(reset.entrypoint);
    ContainerConfig nothing;
    EXPECT_THROW(inherit(nothing, {}), InvalidArgument);
}

}  // namespace dhow::engine
