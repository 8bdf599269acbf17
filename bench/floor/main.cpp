// dhow-floor: how fast could a container be? It makes one by the system calls alone that any engine must
// make: cgroups, clone3 into all namespaces, an interface on a bridge, overlay, mounts, masks, pivot_root,
// exec of `busybox true`, wait, and clean-up. There is no daemon, no client, no image and no JSON in it.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/defer.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "cgroups.hpp"
#include "inside.hpp"
#include "linux/netlink/links.hpp"
#include "linux/netlink/namespaces.hpp"
#include "linux/netlink/routes.hpp"

namespace dhow::floor {
namespace {

namespace fs = std::filesystem;
namespace netlink = linux::netlink;
using Clock = std::chrono::steady_clock;

struct Options {
    bool net = false;
    bool json = false;
    int count = 50;
    int pause_ms = 200;
    fs::path folder = "/var/tmp";
};

/// Milliseconds of one container.
struct Sample {
    double to_exit = 0;  ///< until its exit status is known
    double whole = 0;    ///< and all of it is removed
};

/// The image's only layer: busybox and mount points.
void make_image(const fs::path& lower) {
    for (const char* name : {"bin", "proc", "sys", "dev", "etc", "tmp"}) fs::create_directories(lower / name);
    fs::copy_file("/bin/busybox", lower / "bin/busybox");
}

/// The bridge, in a network namespace of the program's own.
int make_bridge() {
    check(::unshare(CLONE_NEWNET), "make a network namespace");
    netlink::Socket socket;
    netlink::Batch batch;
    netlink::add_bridge(batch, {"floor0", {0x02, 0x42, 1, 2, 3, 4}, 1500, "dhow-floor"});
    socket.send(std::move(batch));
    const int index = netlink::find_link(socket, "floor0").value().index;
    netlink::Batch address;
    netlink::add_address(address, index, netlink::Prefix::parse("172.30.0.1/16"));
    socket.send(std::move(address));
    return index;
}

/// In the container: loopback and eth0.
void configure_interfaces(bool net) {
    netlink::Socket socket;
    netlink::Batch batch;
    netlink::set_up(batch, 1);
    if (net) {
        const int index = netlink::find_link(socket, "eth0").value().index;
        netlink::add_address(batch, index, netlink::Prefix::parse("172.30.0.2/16"));
        netlink::set_up(batch, index);
        netlink::add_default_route(batch, index, netlink::IpAddress::parse("172.30.0.1"));
    }
    socket.send(std::move(batch));
}

[[noreturn]] void child(const Options& options, const Cgroups& cgroups, const Layers& layers, int ready) {
    try {
        cgroups.enter();
        // The container's cgroup is the root of its cgroup namespace, so that comes after.
        check(::unshare(CLONE_NEWCGROUP), "make a cgroup namespace");
        char byte = 0;
        check(::read(ready, &byte, 1), "wait for the interface");
        configure_interfaces(options.net);
        enter_root(layers);
        char name[] = "busybox", applet[] = "true", path[] = "PATH=/bin";
        char* arguments[] = {name, applet, nullptr};
        char* environment[] = {path, nullptr};
        check(::execve("/bin/busybox", arguments, environment), "execve");
    } catch (const Error& error) {
        std::fprintf(stderr, "dhow-floor: %s\n", error.what());
    }
    ::_exit(127);
}

void add_interface(pid_t pid, int bridge, const std::string& id) {
    auto target = netlink::open_namespace(fmt::format("/proc/{}/ns/net", pid));
    netlink::Socket socket;
    netlink::Batch batch;
    netlink::add_veth(batch, {"veth" + id, bridge, 1500, target.get(), "eth0", {0x02, 0x42, 172, 30, 0, 2}});
    socket.send(std::move(batch));
}

Sample run_one(const Options& options, const fs::path& folder, int bridge) {
    const auto id = random_hex(4).substr(0, 7);
    const auto own = folder / id;
    const auto begin = Clock::now();
    auto elapsed = [&] { return std::chrono::duration<double, std::milli>(Clock::now() - begin).count(); };
    for (const char* name : {"", "upper", "work", "root"}) fs::create_directory(own / name);
    const Layers layers{folder / "lower", own / "upper", own / "work", own / "root"};
    Cgroups cgroups(id);
    int pipe[2];
    check(::pipe2(pipe, O_CLOEXEC), "pipe2");
    UniqueFd ready(pipe[0]), signal(pipe[1]);

    clone_args arguments{};
    arguments.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET;
    arguments.exit_signal = SIGCHLD;
    const auto pid = static_cast<pid_t>(check(::syscall(SYS_clone3, &arguments, sizeof arguments), "clone3"));
    if (pid == 0) child(options, cgroups, layers, ready.get());
    if (options.net) add_interface(pid, bridge, id);
    check(::write(signal.get(), "1", 1), "let the container go on");
    int status = 0;
    check(::waitpid(pid, &status, 0), "waitpid");
    Sample sample;
    sample.to_exit = elapsed();
    if (status != 0) throw InternalError("the container ended with status {:#x}", status);
    cgroups.remove();
    fs::remove_all(own);
    sample.whole = elapsed();
    return sample;
}

double median(std::vector<double> values) {
    auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        std::string_view argument = argv[i];
        auto value = [&] {
            if (++i == argc) throw InvalidArgument("{} needs a value", argument);
            return argv[i];
        };
        if (argument == "--net")
            options.net = true;
        else if (argument == "--json")
            options.json = true;
        else if (argument == "--count")
            options.count = std::max(1, std::atoi(value()));
        else if (argument == "--pause-ms")
            options.pause_ms = std::max(0, std::atoi(value()));
        else if (argument == "--folder")
            options.folder = value();
        else
            throw InvalidArgument(
                "unknown argument {}\nUsage: dhow-floor [--net] [--count N] [--pause-ms MS] [--folder DIR] "
                "[--json]",
                argument);
    }
    return options;
}

void run(const Options& options) {
    const auto folder = options.folder / ("dhow-floor-" + random_hex(4));
    fs::create_directories(folder);
    Cgroups::prepare();
    Defer clean_up([&] {
        std::error_code ignored;
        fs::remove_all(folder, ignored);
        Cgroups::clean_up();
    });
    make_image(folder / "lower");
    const int bridge = make_bridge();
    std::vector<double> to_exit, whole;
    for (int i = 0; i <= options.count; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(options.pause_ms));
        auto sample = run_one(options, folder, bridge);
        if (i == 0) continue;  // the first one warms the caches
        to_exit.push_back(sample.to_exit);
        whole.push_back(sample.whole);
    }
    std::printf(
        options.json
            ? "{\"net\": %s, \"count\": %d, \"pause_ms\": %d, \"to_exit_ms\": %.2f, \"whole_ms\": %.2f}\n"
            : "net %s, %d runs with pauses of %d ms: %.2f ms until the exit status, %.2f ms in all\n",
        options.net ? "true" : "false", options.count, options.pause_ms, median(to_exit), median(whole));
}

}  // namespace
}  // namespace dhow::floor

int main(int argc, char** argv) {
    try {
        dhow::floor::run(dhow::floor::parse(argc, argv));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "dhow-floor: %s\n", error.what());
        return 1;
    }
}
