#include <chrono>
#include <cstdio>

#include <poll.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/units.hpp"
#include "programs/dhow-runtime/verbs.hpp"
#include "runtime/container.hpp"

namespace dhow::runtime_program {

namespace {

constexpr Option events_table[] = {{"interval", "", true, "time between statistics (5s)"},
                                   {"stats", "", false, "print the statistics once"}};

json::Array io_document(const std::vector<linux::cgroup::BlockIoCount>& counts) {
    json::Array list;
    for (const auto& count : counts)
        list.push_back({{"major", count.major},
                        {"minor", count.minor},
                        {"op", count.operation},
                        {"value", count.value}});
    return list;
}

json::Object stats_document(const linux::cgroup::Stats& stats) {
    json::Object cpu_usage{
        {"total", stats.cpu_total}, {"kernel", stats.cpu_system}, {"user", stats.cpu_user}};
    if (!stats.cpu_per_cpu.empty())
        cpu_usage.emplace("percpu", json::Array(stats.cpu_per_cpu.begin(), stats.cpu_per_cpu.end()));
    json::Object throttling{{"periods", stats.throttle_periods},
                            {"throttledPeriods", stats.throttled_periods},
                            {"throttledTime", stats.throttled_time}};
    json::Object memory_usage{{"limit", stats.memory_limit},
                              {"usage", stats.memory_usage},
                              {"max", stats.memory_peak},
                              {"failcnt", stats.memory_failures}};
    return {{"cpu", json::Object{{"usage", cpu_usage}, {"throttling", throttling}}},
            {"memory", json::Object{{"usage", memory_usage}, {"raw", json::to(stats.memory_details)}}},
            {"pids", json::Object{{"current", stats.pids}, {"limit", stats.pids_limit}}},
            {"blkio", json::Object{{"ioServiceBytesRecursive", io_document(stats.io_bytes)},
                                   {"ioServicedRecursive", io_document(stats.io_operations)}}}};
}

void print_event(const std::string& id, std::string_view type, json::Value data) {
    json::Object event{{"type", type}, {"id", id}};
    if (!data.is_null()) event.emplace("data", std::move(data));
    fmt::print("{}\n", json::dump(event));
    std::fflush(stdout);
}

int print_until_stopped(const std::filesystem::path& root, const std::string& id, int interval_ms) {
    auto memory = runtime::oom_event(root, id);
    for (;;) {
        pollfd poll{.fd = memory.get(), .events = POLLIN, .revents = 0};
        int ready = check(::poll(&poll, 1, interval_ms), "poll");
        if (runtime::state(root, id).status == runtime::Status::stopped) return 0;
        if (ready == 0) {
            print_event(id, "stats", stats_document(runtime::stats(root, id)));
            continue;
        }
        char drained[4096];
        if (::read(memory.get(), drained, sizeof drained) > 0) print_event(id, "oom", nullptr);
    }
}

}  // namespace

const std::span<const Option> events_options = events_table;

int events_verb(const Invocation& invocation) {
    auto id = invocation.only_id();
    const auto& root = invocation.context.state_root;
    auto interval = parse_duration(invocation.options.get("interval", "5s"));
    auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(interval).count();
    if (milliseconds <= 0) throw InvalidArgument("duration interval must be greater than 0");
    if (runtime::state(root, id).status == runtime::Status::stopped)
        throw Conflict("container with id {} is not running", id);
    if (!invocation.options.has("stats"))
        return print_until_stopped(root, id, static_cast<int>(milliseconds));
    print_event(id, "stats", stats_document(runtime::stats(root, id)));
    return 0;
}

}  // namespace dhow::runtime_program
