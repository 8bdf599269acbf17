// Many clients at once, containers that are stuck, logs that rotate, images of many layers.

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "support/end_to_end.hpp"
#include "support/http.hpp"

namespace dhow::test {
namespace {

class Load : public EndToEnd {};

TEST_F(Load, eight_clients_run_containers) {
    std::vector<std::thread> clients;
    std::atomic<int> good = 0;
    for (int client = 0; client < 8; ++client)
        clients.emplace_back([&, client] {
            for (int i = 0; i < 5; ++i) {
                auto word = std::to_string(client) + "-" + std::to_string(i);
                auto result = daemon().docker("run --rm busybox sh -c 'echo " + word + "; exit 3'");
                if (result.status == 3 && result.out == word + "\n")
                    ++good;
                else
                    ADD_FAILURE() << describe(result);
            }
        });
    for (auto& client : clients) client.join();
    EXPECT_EQ(good, 40);
}

TEST_F(Load, clients_fight_over_one_container) {
    docker("create --name contested busybox sleep 1000");
    std::vector<std::thread> clients;
    for (auto verb : {"start", "stop -t 0", "kill", "restart -t 0", "pause", "unpause",
                      "exec contested true; docker inspect", "start"})
        clients.emplace_back([verb] {
            for (int i = 0; i < 5; ++i) run(daemon().sh(std::string("docker ") + verb + " contested"));
        });
    for (auto& client : clients) client.join();
    run(daemon().sh("docker unpause contested"));
    docker("restart -t 0 contested");
    EXPECT_EQ(docker("exec contested echo sane"), "sane");
}

TEST_F(Load, one_name_one_container) {
    auto made =
        run(daemon().sh("for i in 1 2 3 4 5 6 7 8; do docker create --name only busybox true & done; wait"));
    EXPECT_EQ(lines_of(made.out).size(), 1u) << describe(made);
}

/// The slowest of twenty listings and looks at another container, in milliseconds.
double slowest_answer(Daemon& daemon) {
    double slowest = 0;
    for (int i = 0; i < 20; ++i)
        slowest =
            std::max(slowest, milliseconds([&] {
                         EXPECT_EQ(request(daemon.socket(), "GET", "/containers/json?all=1").status, 200);
                         EXPECT_EQ(request(daemon.socket(), "GET", "/containers/well/json").status, 200);
                     }));
    return slowest;
}

TEST_F(Load, stuck_container_delays_no_other) {
    docker("run -d --name well busybox sleep 1000");
    docker("run -d --name stuck busybox sh -c 'trap \"\" TERM; while :; do sleep 1; done'");
    auto shim = std::stoi(
        run(sh("awk '/^PPid/ {print $2}' /proc/" + inspect("stuck", "{{.State.Pid}}") + "/status")).text());
    ::kill(shim, SIGSTOP);
    {
        // Clients that wait for the stuck one: they may wait, but nobody else.
        Process exec(daemon().sh("docker exec stuck true"), "", "");
        Process stop(daemon().sh("docker stop -t 1 stuck"), "", "");
        Process top(daemon().sh("docker top stuck"), "", "");
        Process logs(daemon().sh("docker logs -f stuck"), "", "");
        std::this_thread::sleep_for(200ms);
        EXPECT_LT(slowest_answer(daemon()), 250);
        EXPECT_EQ(docker("exec well echo quick"), "quick");
        EXPECT_EQ(docker("run --rm busybox echo new"), "new");
    }
    ::kill(shim, SIGCONT);
}

TEST_F(Load, frozen_container_can_be_listed_and_removed) {
    docker("run -d --name well busybox sleep 1000");
    docker("run -d --name frozen busybox sleep 1000");
    docker("pause frozen");
    EXPECT_LT(slowest_answer(daemon()), 250);
    EXPECT_LT(milliseconds([] { docker("rm -f frozen"); }), 5000);
}

TEST_F(Load, logs_rotate_and_stay_in_their_bound) {
    docker("run -d --name talks --log-opt max-size=100k --log-opt max-file=3 busybox seq 200000");
    auto followed = run(daemon().sh("docker logs -f talks").within(60s));
    EXPECT_EQ(docker("wait talks"), "0");
    EXPECT_EQ(docker("logs --tail 1 talks"), "200000");
    auto path = std::filesystem::path(inspect("talks", "{{.LogPath}}"));
    std::uintmax_t files = 0, bytes = 0;
    for (auto& entry : std::filesystem::directory_iterator(path.parent_path()))
        if (entry.path().filename().native().starts_with(path.filename().native())) {
            ++files;
            bytes += entry.file_size();
        }
    EXPECT_LE(files, 3u);
    EXPECT_LE(bytes, 3u * 110'000);

    // What is kept has no gap.
    long previous = 0;
    for (auto& line : lines_of(docker("logs talks"))) {
        auto number = std::stol(line);
        if (previous) {
            ASSERT_EQ(number, previous + 1);
        }
        previous = number;
    }
    EXPECT_EQ(previous, 200000);
}

TEST_F(Load, slow_reader_does_not_lose_lines) {
    docker("run -d --name talks busybox sh -c 'seq 100000; sleep 0.2'");
    auto result = run(daemon().sh("docker logs -f talks | (sleep 1; cat) | tail -1"));
    EXPECT_EQ(result.text(), "100000");
    EXPECT_EQ(lines_of(docker("logs talks")).size(), 100000u);
}

TEST_F(Load, attached_client_that_does_not_read_stops_nobody) {
    docker("run -d --name well busybox sleep 1000");
    docker("run -d --name talks busybox sh -c 'sleep 0.3; seq 300000; sleep 1000'");
    Process attached(daemon().sh("docker attach --no-stdin talks"), "", "");
    std::this_thread::sleep_for(200ms);
    attached.signal(SIGSTOP);
    std::this_thread::sleep_for(500ms);
    EXPECT_LT(slowest_answer(daemon()), 250);
}

TEST_F(Load, image_of_120_layers_runs) {
    auto make = R"(set -e; rm -rf layers; mkdir layers; cd layers; ids='' names=''
        for i in $(seq 120); do
            mkdir -p root; [ $i = 1 ] && tar -C root -xf $TAR; echo $i >root/layer$i; echo $i >root/top
            tar -C root --sort name -cf $i.tar .; rm -r root
            ids="$ids,\"sha256:$(sha256sum $i.tar | cut -d' ' -f1)\"" names="$names,\"$i.tar\""
        done
        echo "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Cmd\":[\"sh\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[${ids#,}]}}" >config.json
        echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"deep:latest\"],\"Layers\":[${names#,}]}]" >manifest.json
        tar -cf ../deep.tar .; cd ..; rm -r layers)";
    expect_success(run(daemon().sh(make).with("TAR", busybox_tar().native())));
    EXPECT_EQ(docker("load -i deep.tar"), "Loaded image: deep:latest");
    EXPECT_EQ(docker("image inspect -f '{{len .RootFS.Layers}}' deep"), "120");
    EXPECT_EQ(docker("run --rm deep cat /layer1 /layer60 /layer120 /top"), "1\n60\n120\n120");
    EXPECT_EQ(docker("run --rm deep sh -c 'echo x >/layer1; rm /layer2; ls / | grep -c layer'"), "119");
    docker("rmi deep");
}

}  // namespace
}  // namespace dhow::test
