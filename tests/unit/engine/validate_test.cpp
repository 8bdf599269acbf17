#include "engine/validate/validate.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "engine/containers/containers.hpp"
#include "engine/containers/mounts.hpp"
#include "engine/volume_source.hpp"

namespace dhow::engine {

namespace {

Host two_processors() {
    Host host;
    host.controllers = {"memory", "cpu", "cpuset", "pids", "blkio"};
    host.swap_accounting = true;
    host.cpus = 2;
    host.cpu_set = {0, 1};
    host.memory_nodes = {0};
    return host;
}

struct Refusal {
    const char* text;
    std::function<void(ContainerConfig&, HostConfig&)> change;
};

std::string refusal_of(const std::function<void(ContainerConfig&, HostConfig&)>& change) {
    ContainerConfig config;
    HostConfig host;
    change(config, host);
    try {
        validate(config, host, two_processors());
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST(Validate, AcceptsAnEmptyConfiguration) {
    EXPECT_EQ(refusal_of([](auto&, auto&) {}), "accepted");
}

TEST(Validate, RefusesWithDockersWords) {
    const Refusal table[] = {
        {"Minimum memory limit allowed is 6MB", [](auto&, auto& h) { h.memory = 1 << 20; }},
        {"Minimum memoryswap limit should be larger than memory limit",
         [](auto&, auto& h) { h.memory = 20 << 20, h.memory_swap = 10 << 20; }},
        {"You should always set the Memory limit when using Memoryswap limit",
         [](auto&, auto& h) { h.memory_swap = 10 << 20; }},
        {"Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available",
         [](auto&, auto& h) { h.nano_cpus = 3'000'000'000; }},
        {"Nano CPUs and CPU Quota cannot both be set",
         [](auto&, auto& h) { h.nano_cpus = 1'000'000'000, h.cpu_quota = 5000; }},
        {"Requested CPUs are not available - requested 0-7", [](auto&, auto& h) { h.cpuset_cpus = "0-7"; }},
        {"Invalid value x for cpuset cpus", [](auto&, auto& h) { h.cpuset_cpus = "x"; }},
        {"Range of blkio weight is from 10 to 1000", [](auto&, auto& h) { h.blkio_weight = 5; }},
        {"range for oom score adj is [-1000, 1000]", [](auto&, auto& h) { h.oom_score_adj = 2000; }},
        {"SHM size can not be less than 0", [](auto&, auto& h) { h.shm_size = -1; }},
        {"can't create 'AutoRemove' container with restart policy",
         [](auto&, auto& h) { h.auto_remove = true, h.restart_policy.name = "always"; }},
        {"invalid IPC mode: x", [](auto&, auto& h) { h.ipc_mode = "x"; }},
        {"invalid PID mode: x", [](auto&, auto& h) { h.pid_mode = "x"; }},
        {"hostname and the network mode",
         [](auto& c, auto& h) { c.hostname = "h", h.network_mode = "container:other"; }},
        {"port publishing and the container type network mode",
         [](auto&, auto& h) {
             h.network_mode = "container:other";
             h.port_bindings["80/tcp"] = std::vector<PortBinding>{{"", "80"}};
         }},
        {"sysctl 'kernel.panic' is not allowed", [](auto&, auto& h) { h.sysctls["kernel.panic"] = "1"; }},
        {"could not select device driver", [](auto&, auto& h) { h.device_requests.resize(1); }},
        {"unknown or invalid runtime name: kata", [](auto&, auto& h) { h.runtime = "kata"; }},
        {"invalid ulimit type: files", [](auto&, auto& h) { h.ulimits = {{"files", 1, 1}}; }},
        {"the working directory 'x' is invalid", [](auto& c, auto&) { c.working_dir = "x"; }},
        {"invalid environment variable: =x", [](auto& c, auto&) { c.env = {"=x"}; }},
        {"Invalid signal: SIGNOPE", [](auto& c, auto&) { c.stop_signal = "SIGNOPE"; }},
        {"Interval in Healthcheck cannot be less than 1ms",
         [](auto& c, auto&) { c.healthcheck.emplace().interval = 5; }},
        {"mount path must be absolute",
         [](auto&, auto& h) { h.mounts = {Mount{.type = "bind", .source = "x", .target = "/t"}}; }},
    };
    for (const auto& row : table) EXPECT_THAT(refusal_of(row.change), testing::HasSubstr(row.text));
}

TEST(Validate, RuntimesByTheNamesThatClientsKnow) {
    for (const char* name : {"", "runc", "io.containerd.runc.v2", "dhow-runtime"})
        EXPECT_EQ(refusal_of([&](auto&, auto& h) { h.runtime = name; }), "accepted") << name;
}

TEST(Validate, OptionsOfVolumes) {
    auto refusal = [](std::map<std::string, std::string> options) -> std::string {
        try {
            check_volume_options(options);
        } catch (const Error& error) {
            return error.message();
        }
        return "";
    };
    EXPECT_EQ(refusal({}), "");
    EXPECT_EQ(refusal({{"type", "nfs"}, {"device", ":/export"}, {"o", "addr=10.0.0.2"}}), "");
    EXPECT_EQ(refusal({{"type", "nfs"}}), "missing required option: \"device\"");
    EXPECT_EQ(refusal({{"device", "x"}}), "missing required option: \"type\"");
    EXPECT_EQ(refusal({{"colour", "red"}}), "invalid option: \"colour\"");
    EXPECT_THAT(refusal({{"size", "1g"}}), testing::HasSubstr("quota"));
}

TEST(Validate, ReadsLogOptions) {
    auto options = log_options({"json-file", {{"max-size", "1m"}, {"max-file", "3"}}}, {});
    EXPECT_EQ(options.max_size, 1 << 20);
    EXPECT_EQ(options.max_files, 3);
    EXPECT_THROW(log_options({"syslog", {}}, {}), InvalidArgument);
    EXPECT_THROW(log_options({"json-file", {{"max-fiel", "3"}}}, {}), InvalidArgument);
    EXPECT_THROW(log_options({"json-file", {{"max-file", "0"}}}, {}), InvalidArgument);
    EXPECT_EQ(log_options({"", {}}, {"json-file", {{"max-file", "2"}}}).max_files, 2);
}

TEST(Signals, AreReadAsPeopleWriteThem) {
    EXPECT_EQ(parse_signal("SIGTERM"), 15);
    EXPECT_EQ(parse_signal("hup"), 1);
    EXPECT_EQ(parse_signal("9"), 9);
    EXPECT_EQ(parse_signal("RTMIN+3"), 37);
    EXPECT_THROW(parse_signal("0"), InvalidArgument);
    EXPECT_THROW(parse_signal("65"), InvalidArgument);
    EXPECT_THROW(parse_signal("SIGWHAT"), InvalidArgument);
}

TEST(DetachKeys, BecomeBytes) {
    EXPECT_EQ(parse_detach_keys("ctrl-p,ctrl-q"), "\x10\x11");
    EXPECT_EQ(parse_detach_keys("a,ctrl-["), "a\x1b");
    EXPECT_EQ(parse_detach_keys(""), "");
    EXPECT_THROW(parse_detach_keys("ctrl-pp"), InvalidArgument);
}

TEST(Binds, AreTakenApart) {
    auto bind = parse_bind("/src/:/dst:ro,rslave");
    EXPECT_EQ(bind.type, "bind");
    EXPECT_EQ(bind.source, "/src");
    EXPECT_FALSE(bind.read_write);
    EXPECT_EQ(bind.propagation, "rslave");
    auto volume = parse_bind("data:/dst:nocopy");
    EXPECT_EQ(volume.type, "volume");
    EXPECT_EQ(volume.name, "data");
    EXPECT_TRUE(volume.no_copy);
    for (const char* bad : {"", "/a:b", "/a:/", "/a:/b:wo", "/a:/b:ro,rw", "/a:/b:ro:x", ":/b"})
        EXPECT_THROW(parse_bind(bad), InvalidArgument) << bad;
}

TEST(Mounts, RefuseTwoOnOnePlace) {
    HostConfig host;
    host.binds = {"/a:/x", "/b:/x/"};
    EXPECT_THROW(plan_mounts({}, host, {}), InvalidArgument);
    ContainerConfig config;
    config.volumes.insert("/x");
    host.binds = {"/a:/x"};
    EXPECT_EQ(plan_mounts(config, host, {}).size(), 1u);
}

}  // namespace dhow::engine
