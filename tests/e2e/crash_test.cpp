// dhowd dies (SIGKILL) at any moment: containers go on, and a new daemon knows all that happened in between.

#include <random>
#include <thread>

#include <gmock/gmock.h>

#include "support/end_to_end.hpp"
#include "support/http.hpp"

namespace dhow::test {
namespace {

using namespace std::chrono_literals;

class Crash : public EndToEnd {};

/// Lines "0", "1", ... without a gap, a repetition or anything else; their number.
int expect_numbered(const std::string& text) {
    int expected = 0;
    for (auto& line : lines_of(text)) {
        EXPECT_EQ(line, std::to_string(expected));
        if (line != std::to_string(expected)) break;
        ++expected;
    }
    return expected;
}

constexpr auto counts_forever = "sh -c 'i=0; while :; do echo $i; i=$((i+1)); usleep 1000; done'";

TEST_F(Crash, running_containers_are_known_and_usable) {
    docker("run -d --name one --restart always busybox sleep 1000");
    docker("run -d --name two -i busybox cat");
    docker("run -d --name three -t -m 64m busybox sh -c 'trap \"exit 4\" TERM; while :; do sleep 0.1; done'");
    auto pids = inspect("one two three", "{{.State.Pid}} {{.State.StartedAt}}");
    daemon().crash_and_restart();

    EXPECT_EQ(inspect("one two three", "{{.State.Pid}} {{.State.StartedAt}}"), pids);
    EXPECT_EQ(docker("ps --format '{{.Names}} {{.State}}'"), "three running\ntwo running\none running");
    EXPECT_EQ(docker("exec one echo again"), "again");
    EXPECT_EQ(docker("exec -t three echo terminal"), "terminal\r");
    docker("stop three");
    EXPECT_EQ(inspect("three", "{{.State.ExitCode}}"), "4");
    docker("pause one && docker unpause one && docker restart -t 0 one");
    expect_status("one", "running");
}

TEST_F(Crash, ends_in_order_while_it_cleans_up) {
    for (int round = 0; round < 3; ++round) {
        std::string names;
        for (int i = 0; i < 6; ++i) names += " " + docker("run -d busybox sleep 1000");
        Process follower(daemon().sh("docker events"), "", "");
        docker("rm -f" + names);
        EXPECT_NO_THROW(daemon().stop());
        daemon().start();
    }
}

TEST_F(Crash, log_has_no_gap) {
    docker(std::string("run -d --name counts busybox ") + counts_forever);
    for (int i = 0; i < 3; ++i) {
        std::this_thread::sleep_for(150ms);
        daemon().kill9();
        std::this_thread::sleep_for(100ms);
        daemon().start();
    }
    docker("kill counts");
    EXPECT_GT(expect_numbered(docker("logs counts")), 200);
}

TEST_F(Crash, follower_after_the_crash_sees_all_lines) {
    docker(
        "run -d --name counts busybox sh -c 'i=0; while [ $i -lt 600 ]; do echo $i; i=$((i+1)); usleep 1000; "
        "done'");
    daemon().crash_and_restart();
    EXPECT_EQ(expect_numbered(docker("logs -f counts")), 600);
}

TEST_F(Crash, exit_while_no_daemon_runs_is_told) {
    docker("run -d --name seven busybox sh -c 'sleep 0.3; exit 7'");
    docker("run -d --name killed busybox sh -c 'sleep 0.3; kill -KILL 1; kill -TERM $$; sleep 0.1; exit 0'");
    docker(
        "run -d --name hog -m 20m busybox sh -c 'sleep 0.3; x=0123456789abcdef; while :; do x=$x$x; done'");
    docker("run -d --name gone --rm busybox sleep 0.3");
    daemon().kill9();
    std::this_thread::sleep_for(1500ms);
    daemon().start();

    EXPECT_EQ(docker("wait seven"), "7");
    EXPECT_EQ(inspect("seven", "{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}"),
              "exited 7 false");
    EXPECT_EQ(inspect("hog", "{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}"),
              "exited 137 true");
    expect_status("killed", "exited");
    EXPECT_TRUE(eventually([&] { return daemon().docker("inspect gone").status != 0; }))
        << "--rm is kept after a crash";
}

TEST_F(Crash, restart_policy_is_kept) {
    docker("run -d --name always --restart always busybox sh -c 'echo life; sleep 0.3'");
    docker("run -d --name failing --restart on-failure:5 busybox sh -c 'echo life; sleep 0.2; exit 1'");
    docker("run -d --name finished --restart on-failure busybox sleep 0.2");
    docker("run -d --name stopped --restart unless-stopped busybox sleep 1000");
    docker("stop -t 0 stopped");
    daemon().kill9();
    std::this_thread::sleep_for(700ms);
    daemon().start();

    auto lives = [&](const std::string& name) { return lines_of(docker("logs " + name)).size(); };
    EXPECT_TRUE(eventually([&] { return lives("always") >= 3; }));
    EXPECT_TRUE(eventually([&] { return lives("failing") >= 2; }));
    expect_status("finished", "exited");
    expect_status("stopped", "exited");
}

TEST_F(Crash, paused_container_stays_paused) {
    docker("run -d --name still busybox sleep 1000");
    docker("pause still");
    daemon().crash_and_restart();
    EXPECT_EQ(inspect("still", "{{.State.Status}} {{.State.Paused}}"), "paused true");
    docker("unpause still");
    EXPECT_EQ(docker("exec still echo moves"), "moves");
}

TEST_F(Crash, published_port_answers_all_the_time) {
    docker("run -d --name web -p 8080:80 busybox httpd -f -h /www");
    auto get = [&] {
        return run(sh("busybox wget -q -O - http://127.0.0.1:8080/").on(host()).within(5s)).status;
    };
    EXPECT_TRUE(eventually([&] { return get() == 0; }));
    daemon().kill9();
    EXPECT_EQ(get(), 0) << "no daemon runs";
    daemon().start();
    EXPECT_EQ(get(), 0) << "a new daemon runs";

    // Neither the address nor the port is given away again.
    docker("run -d --name other busybox sleep 1000");
    auto address = "{{.NetworkSettings.Networks.bridge.IPAddress}}";
    EXPECT_NE(inspect("web", address), inspect("other", address));
    EXPECT_NE(daemon().docker("run --rm -p 8080:80 busybox true").status, 0);
    docker("rm -f web");
    EXPECT_NE(get(), 0);
    docker("run -d --name web -p 8080:80 busybox httpd -f -h /www");
    EXPECT_TRUE(eventually([&] { return get() == 0; }));
}

TEST_F(Crash, attached_client_ends_and_another_can_attach) {
    docker("run -d -i --name cat busybox cat");
    Process client(daemon().sh("docker attach cat"), daemon().work() / "attached", "");
    std::this_thread::sleep_for(200ms);
    daemon().kill9();
    EXPECT_TRUE(client.wait(5s).has_value());
    daemon().start();
    auto again = run(daemon().sh("(echo again; sleep 0.3) | timeout -s KILL 2 docker attach cat"));
    EXPECT_EQ(again.out, "again\n");
}

TEST_F(Crash, exec_session_survives_in_the_container) {
    docker("run -d --name box busybox sleep 1000");
    docker("exec -d box sh -c 'sleep 0.5; echo written >/tmp/flag'");
    daemon().kill9();
    std::this_thread::sleep_for(700ms);
    daemon().start();
    EXPECT_EQ(docker("exec box cat /tmp/flag"), "written");
}

/// A daemon that dies while `line` is on its way: after the restart what is listed can be used and removed,
/// and the leak check of the fixture finds nothing else. dhow's own client asks: it is at the daemon in a
/// millisecond, so that the moments fall into the daemon's work.
void crash_during(Daemon& daemon, const std::string& line, std::chrono::microseconds after) {
    Process client(daemon.sh(line, Client::dhow), "", "");
    std::this_thread::sleep_for(after);
    daemon.kill9();
    client.wait(5s);
    daemon.start();
    for (auto& name : lines_of(daemon.docker_ok("ps -a --format '{{.Names}} {{.State}}'"))) {
        auto state = name.substr(name.find(' ') + 1);
        EXPECT_TRUE(state == "created" || state == "running" || state == "exited")
            << name << " after " << line;
    }
}

class CrashAt : public Crash, public testing::WithParamInterface<int> {
  protected:
    /// Moments that cover the whole way of a container, a little different in each run.
    static std::chrono::microseconds moment(int step = 4000) {
        static std::mt19937 random(std::random_device{}());
        return std::chrono::microseconds(GetParam() * step +
                                         std::uniform_int_distribution<int>(0, step)(random));
    }
};

TEST_P(CrashAt, while_a_container_is_made) {
    crash_during(daemon(),
                 "docker run -d --name made -p 8081:80 -v vol:/v -v /anon -m 64m busybox sleep 1000",
                 moment());
    if (daemon().docker("inspect made").status == 0) {
        if (inspect("made", "{{.State.Status}}") != "running") docker("start made");
        EXPECT_EQ(docker("exec made echo fine"), "fine");
    }
}

TEST_P(CrashAt, while_a_container_is_removed) {
    docker("run -d --name removed -p 8082:80 -v /anon busybox sleep 1000");
    crash_during(daemon(), "docker rm -f -v removed", moment());
    run(daemon().sh("docker rm -f -v removed"));
}

TEST_P(CrashAt, while_a_container_exits) {
    docker(
        "run -d --name exits busybox sh -c 'while ! [ -e /tmp/go ]; do usleep 1000; done; echo last; exit "
        "9'");
    docker("exec -d exits touch /tmp/go");
    std::this_thread::sleep_for(moment());
    daemon().crash_and_restart();
    EXPECT_EQ(docker("wait exits"), "9");
    EXPECT_EQ(docker("logs exits"), "last");
}

TEST_P(CrashAt, while_a_container_is_stopped) {
    docker("run -d --name stops busybox sh -c 'trap \"exit 6\" TERM; while :; do usleep 1000; done'");
    Process client(daemon().sh("docker stop -t 5 stops", Client::dhow), "", "");
    std::this_thread::sleep_for(moment());
    daemon().crash_and_restart();
    client.wait(5s);
    auto result = docker("stop -t 5 stops");
    EXPECT_EQ(inspect("stops", "{{.State.ExitCode}}"), "6");
}

TEST_P(CrashAt, while_an_exec_starts) {
    docker("run -d --name box busybox sleep 1000");
    crash_during(daemon(), "docker exec box sh -c 'echo once >>/tmp/said'", moment(1000));
    EXPECT_EQ(inspect("box", "{{.State.Status}}"), "running");
    EXPECT_EQ(docker("exec box sh -c 'echo again >>/tmp/said; tail -n 1 /tmp/said'"), "again");
}

TEST_P(CrashAt, while_a_network_is_made) {
    crash_during(daemon(), "docker network create --subnet 10.98.0.0/24 apart", moment(1500));
    // Whole or not there: the name and the subnet are its own, or free.
    if (daemon().docker("network inspect apart").status != 0)
        docker("network create --subnet 10.98.0.0/24 apart");
    EXPECT_THAT(docker("run --rm --network apart busybox ip -4 addr show eth0"),
                testing::HasSubstr("10.98.0."));
    docker("network rm apart");
}

TEST_P(CrashAt, while_a_network_is_removed) {
    docker("network create --subnet 10.98.0.0/24 apart");
    crash_during(daemon(), "docker network rm apart", moment(1500));
    if (daemon().docker("network inspect apart").status == 0) {
        docker("run --rm --network apart busybox true");
        docker("network rm apart");
    }
    docker("network create --subnet 10.98.0.0/24 apart && docker network rm apart");
}

TEST_P(CrashAt, while_a_container_changes_its_networks) {
    docker("network create --subnet 10.98.0.0/24 apart");
    docker("run -d --name box busybox sleep 1000");
    crash_during(daemon(), "docker network connect apart box && docker network disconnect apart box",
                 moment(2000));
    EXPECT_EQ(docker("exec box ping -c 1 -W 1 $(docker network inspect bridge -f '{{(index .IPAM.Config "
                     "0).Gateway}}') "
                     ">/dev/null && echo reached"),
              "reached");
    bool connected = inspect("box", "{{len .NetworkSettings.Networks}}") == "2";
    docker(connected ? "network disconnect apart box" : "network connect apart box");
    auto addresses = docker("exec box ip -4 addr");
    EXPECT_EQ(addresses.find("10.98.0.") != addresses.npos, !connected) << addresses;
    docker("rm -f box && docker network rm apart");
}

INSTANTIATE_TEST_SUITE_P(at, CrashAt, testing::Range(0, 8));

/// The volumes that are no container's, by `docker volume ls`.
std::string dangling(Daemon& daemon) { return daemon.docker_ok("volume ls -q -f dangling=true"); }

TEST_P(CrashAt, anonymous_volumes_come_and_go_with_their_container) {
    crash_during(daemon(), "docker create --name has -v /anon -v /etc busybox true && docker rm -f -v has",
                 moment());
    EXPECT_EQ(dangling(daemon()), "");
    if (daemon().docker("inspect has").status == 0) docker("rm -f -v has");
    EXPECT_EQ(dangling(daemon()), "");
}

TEST_P(CrashAt, volume_is_filled_as_a_whole) {
    auto expected = docker("run --rm busybox ls /bin");
    crash_during(daemon(), "docker create --name fills -v full:/bin busybox true", moment());
    docker("rm -f fills || true");
    EXPECT_EQ(docker("run --rm -v full:/bin busybox ls /bin"), expected);
}

TEST_P(CrashAt, removed_volume_does_not_come_back_with_its_content) {
    docker("run --rm -v kept:/v busybox touch /v/old");
    crash_during(daemon(), "docker volume rm kept", moment());
    daemon().docker("volume rm kept");
    EXPECT_EQ(docker("run --rm -v kept:/v busybox ls /v"), "");
}

TEST_F(Crash, import_is_whole_or_not_there) {
    for (int delay : {5, 20, 40}) {
        Process client(daemon().sh("docker import " + busybox_tar().native() + " half"), "", "");
        std::this_thread::sleep_for(std::chrono::milliseconds(delay));
        daemon().kill9();
        client.wait(5s);
        daemon().start();
        if (daemon().docker("image inspect half").status == 0) {
            EXPECT_EQ(docker("run --rm half /bin/busybox echo whole"), "whole");
            docker("rmi half");
        }
    }
}

TEST_F(Crash, many_containers_at_once) {
    docker("run -d --name first busybox sleep 1000");
    run(daemon().sh("for i in $(seq 20); do docker run -d --name many$i busybox sleep 1000 & done; wait"));
    daemon().crash_and_restart();
    EXPECT_EQ(lines_of(docker("ps -q")).size(), 21u);
    run(daemon().sh("for i in $(seq 20); do docker rm -f many$i & done; wait"));
    EXPECT_EQ(docker("ps --format '{{.Names}}'"), "first");
}

TEST_F(Crash, orderly_stop_leaves_containers_running_too) {
    docker("run -d --name stays busybox sleep 1000");
    auto pid = inspect("stays", "{{.State.Pid}}");
    daemon().stop();
    EXPECT_TRUE(std::filesystem::exists("/proc/" + pid));
    daemon().start();
    EXPECT_EQ(inspect("stays", "{{.State.Pid}}"), pid);
}

}  // namespace
}  // namespace dhow::test
