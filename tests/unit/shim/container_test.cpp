// One container under one shim, from its creation to its end.

#include "unit/shim/shim_fixture.hpp"

namespace dhow::shim {
namespace {

TEST_F(ShimTest, RunsAndTellsTheExit) {
    run_task([](ShimTest& test) -> Task<void> {
        test.wants({"sh", "-c", "echo out; echo err >&2; exit 7"});
        co_await test.start();
        EXPECT_GT(test.pid_, 0);
        co_await test.exited();
        EXPECT_EQ(test.exit_->code, 7);
        EXPECT_FALSE(test.exit_->oom_killed);
        auto record = read_exit_status(test.root_ / "run");
        EXPECT_TRUE(record);
        EXPECT_EQ(record.value_or(ExitStatus{}).code, 7);
        EXPECT_THAT(test.log(), HasSubstr("{\"log\":\"out\\n\",\"stream\":\"stdout\",\"time\":\""));
        EXPECT_THAT(test.log(), HasSubstr("{\"log\":\"err\\n\",\"stream\":\"stderr\",\"time\":\""));
        EXPECT_TRUE(test.has_cgroup());
        co_await test.client_->dismiss();
        EXPECT_FALSE(test.has_cgroup());
        EXPECT_FALSE(fs::exists(test.root_ / "state" / test.id_));
        co_await test.client_->dismiss();
        EXPECT_FALSE(fs::exists(test.root_ / "run/shim.sock"));
        EXPECT_EQ(test.lost_, 0);
    });
}

TEST_F(ShimTest, FailuresOfCreateAndStartKeepTheirKind) {
    run_task([](ShimTest& test) -> Task<void> {
        bool refused = false;
        try {
            test.wants({"no-such-program"});
            co_await test.start();
        } catch (const NotFound& error) {
            refused = true;
            EXPECT_THAT(error.message(),
                        HasSubstr("exec: \"no-such-program\": executable file not found in $PATH"));
        }
        EXPECT_TRUE(refused);
        co_await test.until([&] { return !fs::exists(test.root_ / "run/shim.sock"); });
        EXPECT_FALSE(test.has_cgroup());
        EXPECT_FALSE(fs::exists(test.root_ / "state" / test.id_));
        refused = false;
        try {
            test.wants({"true"}, [](Spec& spec) { spec.log.path = "/no/such/folder/log"; });
            co_await test.create();
        } catch (const Error& error) {
            refused = true;
            EXPECT_THAT(error.message(), HasSubstr("/no/such/folder/log"));
        }
        EXPECT_TRUE(refused);
        EXPECT_EQ(test.lost_, 0);
        EXPECT_EQ(test.exits_, 0);
        test.client_.reset();
    });
}

TEST_F(ShimTest, OutOfMemoryIsToldAndRemembered) {
    run_task([](ShimTest& test) -> Task<void> {
        test.bundle_.resources.memory = 8 << 20;
        test.bundle_.resources.memory_swap = 8 << 20;
        // A child is killed first: the container lives on, and that counts all the same.
        test.wants({"sh", "-c", "head -c 64m /dev/zero | tail -c 64m | cat >/dev/null; sleep 0.2; exit 3"});
        co_await test.start();
        co_await test.exited();
        EXPECT_TRUE(test.exit_->oom_killed);
        EXPECT_GE(test.out_of_memory_, 1);
    });
}

TEST_F(ShimTest, PauseResumeUpdate) {
    run_task([](ShimTest& test) -> Task<void> {
        test.wants({"sleep", "100"});
        co_await test.start();
        co_await test.client_->pause();
        auto paused = co_await test.client_->status();
        EXPECT_TRUE(paused.paused);
        co_await test.client_->resume();
        auto resumed = co_await test.client_->status();
        EXPECT_FALSE(resumed.paused);
        oci::Resources resources;
        resources.pids = oci::Pids{50};
        co_await test.client_->update(resources);
        bool refused = false;
        try {
            co_await test.client_->dismiss();
        } catch (const Conflict&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
    });
}

/// CAP_SYS_RESOURCE, which root lacks on some hosts.
bool may_lower_oom_score() {
    std::ofstream file("/proc/self/oom_score_adj");
    file << "-1" << std::flush;
    bool may = file.good();
    file << "0" << std::flush;
    return may;
}

TEST_F(ShimTest, ShimKeepsNothingOfItsStarter) {
    run_task([](ShimTest& test) -> Task<void> {
        UniqueFd leak(::open("/etc/passwd", O_RDONLY));  // without O_CLOEXEC
        test.wants({"sleep", "100"});
        co_await test.start();
        auto shim = parent_of(test.pid_);
        const std::array pids{shim, test.pid_};
        for (pid_t pid : pids)
            for (const auto& entry : fs::directory_iterator(fmt::format("/proc/{}/fd", pid))) {
                std::error_code closed_meanwhile;
                EXPECT_NE(fs::read_symlink(entry.path(), closed_meanwhile), "/etc/passwd");
            }
        if (may_lower_oom_score()) {
            EXPECT_EQ(read_file(fmt::format("/proc/{}/oom_score_adj", shim)), "-999\n");
        }
        EXPECT_EQ(read_file(fmt::format("/proc/{}/oom_score_adj", test.pid_)), "0\n");
        EXPECT_EQ(read_file(fmt::format("/proc/{}/comm", shim)), "dhow-shim\n");
        EXPECT_EQ(::getsid(shim), shim);
        auto status = read_file(fmt::format("/proc/{}/status", test.pid_));
        EXPECT_THAT(status, HasSubstr("SigBlk:\t0000000000000000"));
        EXPECT_THAT(status, HasSubstr("SigIgn:\t0000000000000000"));
    });
}

long proportional_memory(pid_t pid) {
    std::ifstream rollup(fmt::format("/proc/{}/smaps_rollup", pid));
    for (std::string line; std::getline(rollup, line);)
        if (line.starts_with("Pss:")) return std::stol(line.substr(4));
    return -1;
}

/// Figures for a person; what must hold is bench's to check, beside a peer.

TEST_F(ShimTest, PrintsWhatItCosts) {
    run_task([](ShimTest& test) -> Task<void> {
        using Clock = std::chrono::steady_clock;
        auto milliseconds = [](auto duration) {
            return std::chrono::duration<double, std::milli>(duration).count();
        };
        test.wants({"true"});
        for (int run = 0; run < 10; ++run) {
            test.exit_.reset();
            test.change_ = {};
            bundle::write(test.bundle_, test.root_ / "bundle");
            auto begin = Clock::now();
            test.client_ = co_await spawn(test.spec(), test.events(), test.pool_);
            auto spawned = Clock::now();
            co_await test.client_->create();
            auto created = Clock::now();
            co_await test.client_->start();
            auto started = Clock::now();
            co_await test.exited();
            auto over = Clock::now();
            co_await test.client_->dismiss();
            fmt::print("spawn {:.2f} create {:.2f} start {:.2f} exit {:.2f} dismiss {:.2f} ms\n",
                       milliseconds(spawned - begin), milliseconds(created - spawned),
                       milliseconds(started - created), milliseconds(over - started),
                       milliseconds(Clock::now() - over));
        }
        test.exit_.reset();
        test.wants({"sleep", "100"});
        co_await test.start();
        co_await sleep_for(2500ms);
        fmt::print("memory of an idle shim: {} KiB\n", proportional_memory(parent_of(test.pid_)));
    });
}

}  // namespace
}  // namespace dhow::shim
