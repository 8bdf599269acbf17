// Every transcript in cases/ is one test: docker against dockerd, docker against dhowd, dhow against dhowd.

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <thread>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "clients/transcript.hpp"
#include "support/leaks.hpp"

namespace dhow::test {
namespace {

namespace fs = std::filesystem;

/// A dhowd on its own host, and what belonged to it before the first transcript.
struct Ours {
    Host host;
    Dhowd daemon{host};
    Inventory before;

    Ours() {
        daemon.import_busybox();
        daemon.docker_ok("run --rm busybox true");
        before = take_inventory(daemon);
    }
};

/// The daemons, started once for all transcripts: one for each way to run them, so that the three ways go on
/// at the same time.
struct Daemons {
    Host docker_host;
    std::unique_ptr<Ours> for_docker, for_dhow;
    std::unique_ptr<Dockerd> dockerd;

    Daemons() {
        if (auto reason = Dockerd::missing())
            std::cout << "[   NOTE   ] no comparison with dockerd: " << *reason << std::endl;
        else
            dockerd = std::make_unique<Dockerd>(docker_host);
        if (dockerd) dockerd->import_busybox();
        // For writing transcripts, and for dhow alone: only the peer is run.
        if (std::getenv("DHOW_PEER_ONLY")) return;
        if (docker_program()) for_docker = std::make_unique<Ours>();
        for_dhow = std::make_unique<Ours>();
    }
};

class Clients : public testing::TestWithParam<fs::path> {
  protected:
    static void SetUpTestSuite() { daemons = std::make_unique<Daemons>(); }
    static void TearDownTestSuite() { daemons.reset(); }

    void TearDown() override {
        if (daemons->dockerd) daemons->dockerd->remove_all();
        for (auto* ours : {daemons->for_docker.get(), daemons->for_dhow.get()}) {
            if (!ours) continue;
            ours->daemon.remove_all();
            EXPECT_EQ(leaked_since(ours->daemon, ours->before), "");
        }
    }

    static std::unique_ptr<Daemons> daemons;
};

std::unique_ptr<Daemons> Clients::daemons;

using Results = std::vector<Result>;

Results run_all(const Transcript& transcript, Daemon& daemon, Client client) {
    Results results;
    for (auto& step : transcript.steps) {
        results.push_back(run_step(step, daemon, client));
        if (daemon.running()) continue;
        ADD_FAILURE() << "the daemon ended at: " << step.line << "\n" << daemon.log();
        daemon.start();
        break;
    }
    return results;
}

std::string comparable(const Step& step, Client client, const std::string& text) {
    auto result = normalised(text);
    if (step.compares("order", client)) return result;
    auto lines = lines_of(result);
    std::ranges::sort(lines);
    return fmt::format("{}\n", fmt::join(lines, "\n"));
}

void expect_wanted(const Transcript& transcript, const Results& run, const std::string& who) {
    for (std::size_t i = 0; i < run.size(); ++i) {
        auto& step = transcript.steps[i];
        EXPECT_NE(run[i].status, 1000) << who << describe(run[i]);
        EXPECT_FALSE(run[i].timed_out) << who << describe(run[i]);
        for (auto& text : step.wanted)
            EXPECT_NE(run[i].out.find(text), std::string::npos)
                << who << "'" << text << "' is not in: " << describe(run[i]);
    }
}

void expect_same(const Transcript& transcript, const Results& peer, const Results& ours, Client client,
                 const std::string& who) {
    for (std::size_t i = 0; i < std::min(peer.size(), ours.size()); ++i) {
        auto& step = transcript.steps[i];
        auto about = who + "$ " + step.line;
        if (step.compares("status", client)) {
            EXPECT_EQ(peer[i].status, ours[i].status) << about << describe(ours[i]);
        }

        if (step.compares("stdout", client)) {
            EXPECT_EQ(comparable(step, client, peer[i].out), comparable(step, client, ours[i].out)) << about;
        }
        if (step.compares("stderr", client) && !step.on_terminal) {
            EXPECT_EQ(comparable(step, client, peer[i].err), comparable(step, client, ours[i].err)) << about;
        }
    }
}

TEST_P(Clients, behave_as_docker_does) {
    auto transcript = read_transcript(GetParam());
    Results peer, with_docker, with_dhow;
    std::thread beside([&] {
        if (daemons->dockerd) peer = run_all(transcript, *daemons->dockerd, Client::docker);
    });
    std::thread docker_to_ours([&] {
        if (auto& ours = daemons->for_docker) with_docker = run_all(transcript, ours->daemon, Client::docker);
    });
    if (auto& ours = daemons->for_dhow) with_dhow = run_all(transcript, ours->daemon, Client::dhow);
    docker_to_ours.join();
    beside.join();
    if (!daemons->for_dhow && daemons->dockerd) {
        daemons->dockerd->remove_all();
        with_dhow = run_all(transcript, *daemons->dockerd, Client::dhow);
    }

    expect_wanted(transcript, peer, "docker to dockerd: ");
    expect_wanted(transcript, with_docker, "docker to dhowd: ");
    expect_wanted(transcript, with_dhow, "dhow to dhowd: ");
    if (peer.empty()) GTEST_SKIP() << "not compared with dockerd: " << Dockerd::missing().value_or("");
    if (!with_docker.empty()) expect_same(transcript, peer, with_docker, Client::docker, "docker to dhowd: ");
    if (!with_dhow.empty()) expect_same(transcript, peer, with_dhow, Client::dhow, "dhow to dhowd: ");
}

std::vector<fs::path> cases() {
    std::vector<fs::path> files;
    for (auto& entry : fs::directory_iterator(DHOW_CASES))
        if (entry.path().extension() == ".txt") files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

INSTANTIATE_TEST_SUITE_P(transcript, Clients, testing::ValuesIn(cases()),
                         [](const auto& parameter) { return parameter.param.stem().string(); });

}  // namespace
}  // namespace dhow::test
