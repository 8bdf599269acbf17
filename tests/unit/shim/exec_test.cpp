// Further processes in a container.

#include "unit/shim/shim_fixture.hpp"

namespace dhow::shim {
namespace {

TEST_F(ShimTest, ExecsRunBesideIt) {
    run_task([](ShimTest& test) -> Task<void> {
        test.wants({"sleep", "100"});
        co_await test.start();
        auto process = [&](std::vector<std::string> args, bool tty = false) {
            bundle::ExecOptions options;
            options.args = std::move(args);
            options.tty = tty;
            return bundle::exec_process(bundle::read_exec_base(test.root_ / "bundle"), options, test.pid_);
        };
        ExecRequest one;
        one.exec_id = "one";
        one.process = process(words("sh", "-c", "cat; echo oops >&2; exit 9"));
        one.in = true;
        auto with_input = attach_request(true, "one");
        auto started = co_await test.client_->exec(one, with_input);
        EXPECT_GT(started.pid, 0);
        auto stream = std::move(started.stream);
        put(stream, "typed\n");
        ::shutdown(stream.get(), SHUT_WR);
        EXPECT_EQ(co_await test.read_stream(stream), "typed\noops\n");
        co_await test.until([&] { return test.exec_exits_.contains("one"); });
        EXPECT_EQ(test.exec_exits_["one"], 9);

        ExecRequest two;
        two.exec_id = "two";
        two.process = process(words("sh"), true);
        two.in = true;
        auto on_terminal = attach_request(true, "two");
        auto second = co_await test.client_->exec(two, on_terminal);
        auto terminal = std::move(second.stream);
        co_await test.client_->resize("two", 7, 77);
        put(terminal, "stty size; kill -9 $$\n");
        EXPECT_THAT(co_await test.read_stream(terminal, true), HasSubstr("7 77\r\n"));
        co_await test.until([&] { return test.exec_exits_.contains("two"); });
        EXPECT_EQ(test.exec_exits_["two"], 137);

        ExecRequest bad;
        bad.exec_id = "bad";
        bad.process = process(words("nothing"));
        bad.in = false;
        bool refused = false;
        try {
            co_await test.client_->exec(bad, std::nullopt);
        } catch (const NotFound& error) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        ExecRequest killed;
        killed.exec_id = "killed";
        killed.process = process(words("sleep", "100"));
        killed.in = false;
        co_await test.client_->exec(killed, std::nullopt);
        auto status = co_await test.client_->status();
        EXPECT_THAT(status.running_execs, testing::ElementsAre("killed"));
        co_await test.client_->exec_kill("killed", SIGTERM);
        co_await test.until([&] { return test.exec_exits_.contains("killed"); });
        EXPECT_EQ(test.exec_exits_["killed"], 143);
        EXPECT_FALSE(test.exit_);
    });
}

}  // namespace
}  // namespace dhow::shim
