// Daemons and shims that die, and what the next daemon finds.

#include "shim/protocol/run_lock.hpp"
#include "unit/shim/shim_fixture.hpp"

namespace dhow::shim {
namespace {

TEST_F(ShimTest, DaemonGoneExitIsOnDisk) {
    run_task([](ShimTest& test) -> Task<void> {
        test.wants({"sh", "-c", "sleep 0.3; echo late; exit 5"});
        co_await test.start();
        test.client_.reset();
        co_await test.until([&] { return read_exit_status(test.root_ / "run").has_value(); });
        EXPECT_EQ(read_exit_status(test.root_ / "run")->code, 5);
        EXPECT_THAT(test.log(), HasSubstr("late"));
        co_await test.until([&] { return !test.has_cgroup() && !fs::exists(test.root_ / "run/shim.sock"); });
        auto found = co_await reconnect(test.root_ / "run", test.events());
        EXPECT_FALSE(found);
        EXPECT_EQ(test.exits_, 0);
    });
}

TEST_F(ShimTest, ReconnectedDaemonKnowsAll) {
    run_task([](ShimTest& test) -> Task<void> {
        test.wants({"cat"}, [](Spec& spec) { spec.open_stdin = spec.stdin_once = true; });
        co_await test.start();
        auto process = bundle::exec_process(bundle::read_exec_base(test.root_ / "bundle"),
                                            {.args = {"sh", "-c", "sleep 0.2; exit 4"}}, test.pid_);
        ExecRequest request;
        request.exec_id = "ends-alone";
        request.process = process;
        request.in = false;
        co_await test.client_->exec(request, std::nullopt);
        test.client_.reset();
        co_await sleep_for(500ms);
        test.client_ = co_await reconnect(test.root_ / "run", test.events());
        EXPECT_TRUE(test.client_);
        if (!test.client_) co_return;
        auto status = co_await test.client_->status();
        EXPECT_EQ(status.pid, test.pid_);
        EXPECT_TRUE(status.started);
        EXPECT_FALSE(status.exit);
        co_await test.until([&] { return test.exec_exits_.contains("ends-alone"); });
        EXPECT_EQ(test.exec_exits_["ends-alone"], 4);
        auto stream = co_await test.client_->attach(attach_request(true));
        put(stream, "still here\n");
        ::shutdown(stream.get(), SHUT_WR);
        EXPECT_EQ(co_await test.read_stream(stream), "still here\n");
        co_await test.exited();
        EXPECT_EQ(test.exit_->code, 0);
    });
}

TEST_F(ShimTest, ExitWhileADaemonWatchesIsToldToTheNextToo) {
    run_task(
        [](ShimTest& test) -> Task<void> {
            test.wants({"sleep", "100"});
            co_await test.start();
            auto second = co_await reconnect(test.root_ / "run", test.events());
            co_await test.client_->kill(SIGTERM, false);
            co_await sleep_for(20ms);
            EXPECT_EQ(test.exits_, 0)
                << "the first process of a pid namespace ignores what it has no handler for";
            co_await test.client_->kill(SIGKILL, false);
            co_await test.until([&] { return test.exits_ == 2; });
            EXPECT_EQ(test.exit_->code, 137);
            auto third = co_await reconnect(test.root_ / "run", test.events());
            EXPECT_TRUE(third);
            co_await test.until([&] { return test.exits_ == 3; });
            co_await test.client_->dismiss();
        });
}

TEST_F(ShimTest, HalfMadeContainerGoesWithItsDaemon) {
    run_task([](ShimTest& test) -> Task<void> {
        test.wants({"sleep", "100"});
        co_await test.create();
        EXPECT_TRUE(test.has_cgroup());
        test.client_.reset();
        co_await test.until([&] { return !test.has_cgroup() && ::kill(test.pid_, 0) < 0; });
        co_await test.until([&] { return !fs::exists(test.root_ / "run/shim.sock"); });
    });
}

TEST_F(ShimTest, FolderIsLockedUntilItsShimHasLetGoOfIt) {
    run_task([](ShimTest& test) -> Task<void> {
        test.wants({"sleep", "100"});
        co_await test.start();
        EXPECT_THROW(protocol::lock_run(test.root_ / "run", 0ms), Unavailable);
        co_await test.client_->kill(SIGKILL, true);
        co_await test.exited();
        EXPECT_THROW(protocol::lock_run(test.root_ / "run", 0ms), Unavailable);
        co_await test.client_->dismiss();
        EXPECT_NO_THROW(protocol::lock_run(test.root_ / "run", 0ms));
        test.client_.reset();
    });
}

TEST_F(ShimTest, ShimOfADaemonThatDiedAtOnceIsWaitedFor) {
    for (int round = 0; round < 10; ++round)
        run_task([](ShimTest& test) -> Task<void> {
            test.client_ = co_await spawn(test.spec(), test.events(), test.pool_);
            // It has hardly begun to run.
            test.client_.reset();
            co_await wait_for_end(test.root_ / "run", test.pool_);
            EXPECT_FALSE(test.has_cgroup());
            EXPECT_FALSE(fs::exists(test.root_ / "run/shim.sock"));
        });
}

TEST_F(ShimTest, KilledShimTakesTheContainerAndCanBeCleanedUp) {
    run_task([](ShimTest& test) -> Task<void> {
        test.wants({"sleep", "100"});
        co_await test.start();
        auto shim = parent_of(test.pid_);
        EXPECT_GT(shim, 1);
        if (shim > 1) ::kill(shim, SIGKILL);
        co_await test.until([&] { return test.lost_ == 1 && ::kill(test.pid_, 0) < 0; });
        auto with = test.spec();
        co_await remove_remains(with.runtime, with.state_root, with.id, test.pool_);
        EXPECT_FALSE(test.has_cgroup());
        EXPECT_FALSE(read_exit_status(test.root_ / "run"));
        test.client_.reset();
    });
}

}  // namespace
}  // namespace dhow::shim
