// Nothing is left: every way that a container can go, over and over, under the fixture's leak check.

#include <csignal>
#include <thread>
#include <utility>

#include "support/end_to_end.hpp"

namespace dhow::test {
namespace {

class Leak : public EndToEnd {};

TEST_F(Leak, none_after_short_runs) {
    for (int i = 0; i < 20; ++i)
        docker(
            "run --rm -p 8080:80 -v /anon -v named:/n --tmpfs /t -m 64m --cpus 0.5 --hostname x busybox "
            "true");
}

TEST_F(Leak, none_after_every_network_mode) {
    docker("run -d --name base busybox sleep 1000");
    for (auto mode : {"bridge", "none", "host", "container:base"})
        docker(std::string("run --rm --network ") + mode + " busybox true");
}

TEST_F(Leak, none_after_failed_starts) {
    for (auto line :
         {"run --rm busybox nosuch", "run --rm -p 8080:80 busybox /etc/passwd",
          "run --rm -w /etc/passwd busybox true", "run --rm -u nobodyknows busybox true",
          "run --rm --device /dev/nosuch busybox true",
          "run --rm --mount type=bind,src=/nosuch,dst=/x busybox true",
          "run --rm -v /etc/passwd:/tmp busybox true", "run --rm --cpuset-cpus 0-99 busybox true",
          "run --rm --sysctl net.nosuch=1 busybox true", "run --rm --network container:nosuch busybox true"})
        EXPECT_NE(daemon().docker(line).status, 0) << line;
    EXPECT_EQ(docker("ps -aq"), "");
}

TEST_F(Leak, none_after_port_conflict) {
    docker("run -d --name has -p 8080:80 busybox sleep 1000");
    EXPECT_NE(daemon().docker("run --rm -p 8081:81 -p 8080:80 busybox true").status, 0);
    docker("run --rm -p 8081:81 busybox true");
}

TEST_F(Leak, none_after_execs) {
    docker("run -d --name box busybox sleep 1000");
    for (int i = 0; i < 20; ++i) docker("exec box true");
    for (auto line : {"exec box nosuch", "exec -u nobodyknows box true", "exec -w /nosuch box true"})
        EXPECT_NE(daemon().docker(line).status, 0) << line;
    docker("exec -d box sleep 1000");
}

TEST_F(Leak, none_after_attached_clients_vanish) {
    docker("run -d -i --name cat busybox cat");
    for (int i = 0; i < 5; ++i) {
        Process attach(daemon().sh("docker attach cat"), "", "");
        Process follow(daemon().sh("docker logs -f cat"), "", "");
        Process events(daemon().sh("docker events"), "", "");
        Process wait(daemon().sh("docker wait cat"), "", "");
        std::this_thread::sleep_for(50ms);
    }
    EXPECT_EQ(docker("exec cat echo alive"), "alive");
}

TEST_F(Leak, no_descriptor_of_the_daemon) {
    auto count = [&] {
        auto folder = std::filesystem::directory_iterator("/proc/" + std::to_string(daemon().pid()) + "/fd");
        return std::distance(begin(folder), end(folder));
    };
    auto round = [&] {
        docker("run --rm -p 8080:80 busybox true");
        docker("run -d --name box busybox sleep 1000");
        docker("exec box true");
        docker("logs box");
        docker("rm -f box");
    };
    for (int i = 0; i < 3; ++i) round();
    auto before = count();
    for (int i = 0; i < 10; ++i) round();
    EXPECT_TRUE(eventually([&] { return count() <= before + 2; }))
        << before << " before, " << count() << " after";
}

TEST_F(Leak, none_when_the_shim_is_killed) {
    docker("run -d --name orphan busybox sleep 1000");
    auto pid = inspect("orphan", "{{.State.Pid}}");
    auto shim = run(sh("awk '/^PPid/ {print $2}' /proc/" + pid + "/status")).text();
    ASSERT_NE(shim, "");
    ::kill(std::stoi(shim), SIGKILL);
    expect_status("orphan", "exited");
    // Dead it is at once; the host's init reaps it when it likes.
    auto state = run(sh("awk '/^State/ {print $2}' /proc/" + pid + "/status")).text();
    EXPECT_TRUE(state.empty() || state == "Z") << "the container outlived its supervisor: " << state;
    docker("start orphan");
    EXPECT_EQ(docker("exec orphan echo again"), "again");
}

TEST_F(Leak, none_when_the_first_process_is_killed_from_outside) {
    docker("run -d --name killed busybox sh -c 'sleep 1000 & sleep 1000'");
    ::kill(std::stoi(inspect("killed", "{{.State.Pid}}")), SIGKILL);
    EXPECT_EQ(docker("wait killed"), "137");
}

TEST_F(Leak, none_when_the_client_is_interrupted) {
    for (int delay = 0; delay < 60; delay += 6) {
        Process client(daemon().sh("docker run --rm busybox sleep 1000"), "", "");
        std::this_thread::sleep_for(std::chrono::milliseconds(delay));
    }
    // A request that the daemon has taken may still make its container: that is none's leak.
    std::string listed = "nothing yet";
    EXPECT_TRUE(eventually([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        auto before = std::exchange(listed, docker("ps -aq"));
        return before == listed;
    }));
}

}  // namespace
}  // namespace dhow::test
