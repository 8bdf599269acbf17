// Streams of a container, as clients see them.

#include "unit/shim/shim_fixture.hpp"

namespace dhow::shim {
namespace {

TEST_F(ShimTest, AttachGetsAllOutputAndGivesInput) {
    run_task([](ShimTest& test) -> Task<void> {
        test.wants({"cat"}, [](Spec& spec) { spec.open_stdin = spec.stdin_once = true; });
        co_await test.create();
        auto stream = co_await test.client_->attach(attach_request(true));
        put(stream, "before the start\n");
        co_await test.client_->start();
        put(stream, "after it\n");
        ::shutdown(stream.get(), SHUT_WR);
        EXPECT_EQ(co_await test.read_stream(stream), "before the start\nafter it\n");
        co_await test.exited();
        EXPECT_EQ(test.exit_->code, 0);
    });
}

TEST_F(ShimTest, TerminalResizesAndDetaches) {
    run_task([](ShimTest& test) -> Task<void> {
        test.bundle_.tty = true;
        test.wants({"sh"}, [](Spec& spec) { spec.open_stdin = true; });
        co_await test.create();
        auto request = attach_request(true);
        request.detach_keys = "\x10\x11";
        auto stream = co_await test.client_->attach(request);
        co_await test.client_->start();
        co_await test.client_->resize("", 40, 123);
        put(stream, "stty size; test -t 0 && echo is''tty; test -c /dev/console && echo con''sole\n");
        auto text = co_await test.read_until(stream, "console\r\n");
        EXPECT_THAT(text, HasSubstr("40 123\r\n"));
        EXPECT_THAT(text, HasSubstr("istty\r\n"));
        put(stream, "\x10\x11");
        co_await test.read_stream(stream, true);
        EXPECT_FALSE(test.exit_);
        auto again = co_await test.client_->attach(attach_request(true));
        put(again, "exit 3\n");
        co_await test.read_stream(again, true);
        co_await test.exited();
        EXPECT_EQ(test.exit_->code, 3);
    });
}

TEST_F(ShimTest, HundredAttachmentsLeaveNothing) {
    run_task([](ShimTest& test) -> Task<void> {
        test.wants({"cat"}, [](Spec& spec) { spec.open_stdin = true; });
        co_await test.start();
        auto shim = parent_of(test.pid_);
        auto files = [&] {
            return std::distance(fs::directory_iterator(fmt::format("/proc/{}/fd", shim)),
                                 fs::directory_iterator());
        };
        co_await sleep_for(50ms);
        auto before = files();
        for (int i = 0; i < 100; ++i) {
            auto stream = co_await test.client_->attach(attach_request(true));
            put(stream, "x\n");
            if (i % 2) co_await test.read_until(stream, "x\n");
        }
        co_await sleep_for(50ms);
        EXPECT_EQ(files(), before);
    });
}

TEST_F(ShimTest, NextRunUsesTheFolderWhileAReaderIsSlow) {
    run_task([](ShimTest& test) -> Task<void> {
        // More than the socket takes, less than socket and pipe take together.
        test.wants({"head", "-c", "250000", "/dev/zero"});
        co_await test.create();
        auto slow = co_await test.client_->attach(attach_request());
        co_await test.client_->start();
        co_await test.exited();
        co_await test.client_->dismiss();
        EXPECT_FALSE(fs::exists(test.root_ / "run/shim.sock"));
        test.exit_.reset();
        test.wants({"sleep", "100"});
        co_await test.start();
        EXPECT_FALSE(read_exit_status(test.root_ / "run")) << "of the run before";
        auto text = co_await test.read_stream(slow);
        EXPECT_EQ(text.size(), 250000U);
        co_await sleep_for(100ms);
        auto found = co_await reconnect(test.root_ / "run", Events());
        EXPECT_TRUE(found);
    });
}

TEST_F(ShimTest, MuchOutputIsComplete) {
    run_task([](ShimTest& test) -> Task<void> {
        test.wants({"sh", "-c", "yes 0123456789 | head -n 200000"});
        co_await test.create();
        auto stream = co_await test.client_->attach(attach_request());
        co_await test.client_->start();
        auto text = co_await test.read_stream(stream);
        EXPECT_EQ(text.size(), 200000U * 11);
        co_await test.exited();
        auto log = test.log();
        EXPECT_EQ(std::ranges::count(log, '\n'), 200000);
    });
}

}  // namespace
}  // namespace dhow::shim
