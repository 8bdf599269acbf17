#include "engine/containers/health.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <csignal>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "bundle/bundle.hpp"
#include "engine/beside.hpp"
#include "engine/containers/run.hpp"
#include "engine/core.hpp"
#include "engine/model/container_state_json.hpp"

namespace dhow::engine {

namespace {

constexpr std::size_t most_output = 4096;
constexpr std::size_t most_results = 5;

std::chrono::nanoseconds or_default(std::int64_t nanoseconds, std::chrono::nanoseconds otherwise) {
    return nanoseconds == 0 ? otherwise : std::chrono::nanoseconds(nanoseconds);
}

/// The payloads of docker's frames, as far as they came whole.
std::string without_frames(const std::string& bytes) {
    std::string text;
    for (std::size_t at = 0; at + 8 <= bytes.size();) {
        auto byte = [&](std::size_t index) {
            return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + index]));
        };
        auto size = byte(4) << 24 | byte(5) << 16 | byte(6) << 8 | byte(7);
        text += bytes.substr(at + 8, size);
        at += 8 + size;
    }
    return text;
}

/// Reads the probe's output to its end, of which the first part is kept.
Task<void> read_output(UniqueFd stream, std::string& output) {
    asio::local::stream_protocol::socket socket(co_await asio::this_coro::executor,
                                                asio::local::stream_protocol(), stream.release());
    std::string buffer(4096, '\0');
    while (true) {
        boost::system::error_code ended;
        auto count = co_await socket.async_read_some(asio::buffer(buffer),
                                                     asio::redirect_error(asio::use_awaitable, ended));
        if (ended) co_return;
        if (output.size() < 2 * most_output) output.append(buffer, 0, count);
    }
}

struct Probe {
    Core& core;
    LivePtr container;
    std::uint64_t run;

    bool over() const { return container->run != run || !container->alive() || core.closing; }
};

/// Waits for the end of an exec. @return false when `limit` passed.
Task<bool> wait_for_exec(const Probe& probe, std::shared_ptr<Exec> exec, std::chrono::nanoseconds limit) {
    auto until = std::chrono::steady_clock::now() + limit;
    while (exec->phase != ExecPhase::exited && !probe.over()) {
        auto left = until - std::chrono::steady_clock::now();
        if (left <= std::chrono::nanoseconds(0)) co_return false;
        co_await probe.container->changed.wait_for(left);
    }
    co_return true;
}

Task<HealthResult> run_probe(const Probe& probe, const HealthPlan& plan) {
    HealthResult result;
    result.start = now();
    std::string output;
    try {
        ExecConfig config;
        config.cmd = plan.command;
        config.attach_stdout = config.attach_stderr = true;
        auto id = co_await probe.core.execs.create(probe.container->id(), std::move(config));
        ExecStartRequest request;
        auto stream = co_await probe.core.execs.start(id, request);
        auto exec = probe.core.execs_by_id.at(id);
        Beside reading(probe.core.executor, read_output(std::move(stream), output));
        bool in_time = co_await wait_for_exec(probe, exec, plan.timeout);
        if (!in_time && probe.container->shim) {
            auto shim = probe.container->shim;
            co_await shim->exec_kill(id, SIGKILL);
        }
        co_await reading.join();
        result.exit_code = in_time ? exec->exit_code.value_or(0) : -1;
        result.output = without_frames(output).substr(0, most_output);
        if (!in_time)
            result.output = fmt::format("Health check exceeded timeout ({}): {}",
                                        format_duration(plan.timeout), result.output);
        probe.container->execs.erase(id);
        probe.core.execs_by_id.erase(id);
    } catch (const Error& error) {
        result.exit_code = -1;
        result.output = error.what();
    }
    result.end = now();
    co_return result;
}

Task<void> watch(Probe probe, HealthPlan plan) {
    auto& state = probe.container->record.state;
    while (!probe.over()) {
        auto until =
            std::chrono::steady_clock::now() + probe_pause(*state.health, plan, now() - state.started_at);
        while (!probe.over()) {
            auto left = until - std::chrono::steady_clock::now();
            if (left <= std::chrono::nanoseconds(0)) break;
            co_await probe.container->changed.wait_for(left);
        }
        if (probe.over() || state.phase == Phase::paused) continue;
        auto result = co_await run_probe(probe, plan);
        if (probe.over() || !state.health) co_return;
        if (apply_probe(*state.health, std::move(result), plan, now() - state.started_at))
            publish(probe.core, probe.container->record,
                    fmt::format("health_status: {}", json::name_of(state.health->status)));
    }
}

}  // namespace

std::optional<HealthPlan> health_plan(const ContainerConfig& config) {
    const auto& check = config.healthcheck;
    if (!check || check->test.empty() || check->test[0] == "NONE") return std::nullopt;
    HealthPlan plan;
    if (check->test[0] == "CMD-SHELL") {
        plan.command = config.shell.empty() ? std::vector<std::string>{"/bin/sh", "-c"} : config.shell;
        if (check->test.size() > 1) plan.command.push_back(check->test[1]);
    } else {
        plan.command.assign(check->test.begin() + 1, check->test.end());
    }
    if (plan.command.empty()) return std::nullopt;
    plan.interval = or_default(check->interval, plan.interval);
    plan.timeout = or_default(check->timeout, plan.timeout);
    plan.start_period = or_default(check->start_period, plan.start_period);
    plan.start_interval = or_default(check->start_interval, plan.start_interval);
    if (check->retries != 0) plan.retries = check->retries;
    return plan;
}

bool apply_probe(Health& health, HealthResult result, const HealthPlan& plan,
                 std::chrono::nanoseconds since_start) {
    auto before = health.status;
    bool in_start_period = since_start < plan.start_period && before == HealthStatus::starting;
    if (result.exit_code == 0) {
        health.failing_streak = 0;
        health.status = HealthStatus::healthy;
    } else if (!in_start_period) {
        ++health.failing_streak;
        if (health.failing_streak >= plan.retries) health.status = HealthStatus::unhealthy;
    }
    health.log.push_back(std::move(result));
    if (health.log.size() > most_results) health.log.erase(health.log.begin());
    return health.status != before;
}

std::chrono::nanoseconds probe_pause(const Health& health, const HealthPlan& plan,
                                     std::chrono::nanoseconds since_start) {
    bool starting = health.status == HealthStatus::starting && since_start < plan.start_period;
    return starting ? std::min(plan.start_interval, plan.interval) : plan.interval;
}

void watch_health(Core& core, const LivePtr& container) {
    auto plan = health_plan(container->record.config);
    container->record.state.health.reset();
    if (!plan) return;
    container->record.state.health = Health{};
    core.run_in_background("the health check of container " + container->record.short_id(),
                           watch({core, container, container->run}, *plan));
}

}  // namespace dhow::engine
