// Streams of a process with the loop and real pipes, sockets and terminals; no container needed.

#include "shim/server/streams.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.hpp"
#include "shim/protocol/channel.hpp"

namespace dhow::shim {
namespace {

using namespace std::chrono_literals;

TEST(ShimEscape, KeysDetach) {
    EscapeFilter filter("\x10\x11");
    EXPECT_EQ(filter.feed("ab").pass, "ab");
    auto held = filter.feed("c\x10");
    EXPECT_EQ(held.pass, "c");
    EXPECT_FALSE(held.detach);
    auto broken = filter.feed("d");
    EXPECT_EQ(broken.pass,
              "\x10"
              "d");
    EXPECT_EQ(filter.feed("\x10\x10").pass, "\x10");
    auto detached = filter.feed("\x11rest");
    EXPECT_TRUE(detached.detach);
    EXPECT_EQ(detached.pass, "");
    EXPECT_EQ(EscapeFilter("").feed("\x10\x11").pass, "\x10\x11");
}

class StreamsTest : public testing::Test {
  protected:
    void open(Streams::Options options = {}) {
        streams_ = std::make_unique<Streams>(loop_, options);
        ends_ = streams_->open_pipes();
        streams_->begin({});
    }
    void open_terminal() {
        int master = -1, slave = -1;
        ASSERT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
        ends_.out.reset(slave);
        streams_ = std::make_unique<Streams>(loop_, Streams::Options{.open_stdin = true});
        streams_->begin(UniqueFd(master));
    }

    UniqueFd attach(AttachmentOptions options) {
        auto [ours, theirs] = protocol::socket_pair();
        streams_->attach(std::move(theirs), std::move(options));
        return std::move(ours);
    }

    void run(std::chrono::milliseconds time = 30ms) {
        loop_.after(time, [this] { loop_.stop(); });
        loop_.run(1h, [] {});
    }

    static std::string read_all(const UniqueFd& fd) {
        std::string text;
        char buffer[65536];
        for (ssize_t got; (got = ::read(fd.get(), buffer, sizeof buffer)) > 0;) text.append(buffer, got);
        return text;
    }
    static bool at_end(const UniqueFd& fd) {
        char byte;
        return ::recv(fd.get(), &byte, 1, MSG_DONTWAIT) == 0;
    }
    static void put(const UniqueFd& fd, std::string_view text) {
        ASSERT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }

    Loop loop_;
    std::unique_ptr<Streams> streams_;
    Streams::Ends ends_;
};

using namespace std::string_literals;

TEST_F(StreamsTest, OutputIsFramedAsDockerDoes) {
    open();
    auto both = attach({.out = true, .err = true});
    auto err = attach({.err = true});
    put(ends_.out, "hello\n");
    run();
    put(ends_.err, "oops");
    run();
    EXPECT_EQ(read_all(both), "\x01\0\0\0\0\0\0\x06hello\n\x02\0\0\0\0\0\0\x04oops"s);
    EXPECT_EQ(read_all(err), "\x02\0\0\0\0\0\0\x04oops"s);
}

TEST_F(StreamsTest, TerminalIsRawBothWays) {
    open_terminal();
    auto user = attach({.in = true, .out = true});
    put(user, "typed\n");
    run();
    char buffer[64] = {};
    ASSERT_EQ(::read(ends_.out.get(), buffer, sizeof buffer), 6);
    EXPECT_STREQ(buffer, "typed\n");
    put(ends_.out, "shown\n");
    run();
    EXPECT_EQ(read_all(user), "typed\r\nshown\r\n");
    streams_->resize(33, 77);
    winsize size{};
    ASSERT_EQ(::ioctl(ends_.out.get(), TIOCGWINSZ, &size), 0);
    EXPECT_EQ(size.ws_row, 33);
    EXPECT_EQ(size.ws_col, 77);
}

TEST_F(StreamsTest, DetachKeysEndTheStreamAlone) {
    open_terminal();
    auto user = attach({.in = true, .out = true, .detach_keys = "\x10\x11"});
    auto other = attach({.out = true});
    put(user, "a\x10\x11");
    run();
    read_all(user);
    EXPECT_TRUE(at_end(user));
    EXPECT_FALSE(at_end(other));
}

TEST_F(StreamsTest, InputEndsWithTheFirstWhoLeaves) {
    open({.open_stdin = true, .close_stdin = true});
    auto user = attach({.in = true, .out = true});
    put(user, "text");
    ASSERT_EQ(::shutdown(user.get(), SHUT_WR), 0);
    run();
    EXPECT_EQ(read_all(ends_.in), "text");
    put(ends_.out, "after");
    run();
    EXPECT_EQ(read_all(user),
              "\x01\0\0\0\0\0\0\x05"
              "after"s);
}

TEST_F(StreamsTest, InputTypedBeforeACloseStillArrives) {
    open({.open_stdin = true, .close_stdin = true});
    auto user = attach({.in = true});
    put(user, std::string(50000, 'x'));
    user.reset();
    run();
    EXPECT_EQ(read_all(ends_.in).size(), 50000U);
}

TEST_F(StreamsTest, InputStaysOpenWhenNotOnce) {
    open({.open_stdin = true});
    auto user = attach({.in = true, .out = true});
    ASSERT_EQ(::shutdown(user.get(), SHUT_WR), 0);
    run();
    EXPECT_TRUE(at_end(user)) << "who has nothing more to type is let go";
    auto next = attach({.in = true});
    put(next, "more");
    run();
    char buffer[8];
    EXPECT_EQ(::read(ends_.in.get(), buffer, sizeof buffer), 4);
}

TEST_F(StreamsTest, ProcessThatDoesNotReadHoldsItsWriterUp) {
    open({.open_stdin = true, .close_stdin = true});
    auto user = attach({.in = true});
    ::fcntl(user.get(), F_SETFL, O_NONBLOCK);
    std::string chunk(4096, 'x');
    std::size_t sent = 0;
    for (int round = 0; round < 100; ++round) {
        for (ssize_t wrote; (wrote = ::write(user.get(), chunk.data(), chunk.size())) > 0;) sent += wrote;
        run(2ms);
    }
    EXPECT_LT(sent, 2U << 20) << "bounded by the pipe's and the socket's buffers";
    user.reset();
    std::size_t got = 0;
    ::fcntl(ends_.in.get(), F_SETFL, O_NONBLOCK);
    for (int round = 0; round < 200; ++round) {
        got += read_all(ends_.in).size();
        run(2ms);
    }
    EXPECT_EQ(got, sent) << "and nothing is lost";
}

TEST_F(StreamsTest, SlowReaderSlowsGoneReaderDoesNot) {
    open();
    auto slow = attach({.out = true});
    ::fcntl(ends_.out.get(), F_SETFL, O_NONBLOCK);
    std::string chunk(4096, 'x');
    std::size_t sent = 0;
    auto fill = [&] {
        for (int round = 0; round < 100; ++round) {
            for (ssize_t wrote; (wrote = ::write(ends_.out.get(), chunk.data(), chunk.size())) > 0;)
                sent += wrote;
            run(1ms);
        }
    };
    fill();
    EXPECT_LT(sent, 2U << 20);
    auto before = sent;
    slow.reset();
    fill();
    EXPECT_GT(sent, before + (1U << 20));
}

TEST_F(StreamsTest, SlowReaderGetsEverything) {
    open();
    auto reader = attach({.out = true});
    ::fcntl(ends_.out.get(), F_SETFL, O_NONBLOCK);
    std::string chunk(4096, 'x');
    std::size_t sent = 0, got = 0;
    for (int round = 0; round < 50; ++round) {
        for (ssize_t wrote; (wrote = ::write(ends_.out.get(), chunk.data(), chunk.size())) > 0;)
            sent += wrote;
        run(2ms);
        got += read_all(reader).size();
    }
    ends_.out.reset();
    ends_.err.reset();
    run();
    streams_->drain();
    bool done = false;
    streams_->finish([&] { done = true; });
    while (!at_end(reader)) {
        run(5ms);
        got += read_all(reader).size();
    }
    run();
    EXPECT_TRUE(done);
    EXPECT_GT(got, sent);  // with the frames' headers
    EXPECT_LT(got, sent + sent / 100);
}

TEST_F(StreamsTest, StreamEndsOnlyWithTheProcess) {
    open();
    auto user = attach({.out = true});
    ends_.out.reset();
    ends_.err.reset();
    run();
    EXPECT_FALSE(at_end(user));
    streams_->drain();
    bool done = false;
    streams_->finish([&] { done = true; });
    run();
    EXPECT_TRUE(done);
    EXPECT_TRUE(at_end(user));
}

TEST_F(StreamsTest, BackgroundWriterKeepsItOpenForAWhile) {
    open();
    auto user = attach({.out = true});
    streams_->drain();
    bool done = false;
    streams_->finish([&] { done = true; });
    put(ends_.out, "late");
    run();
    EXPECT_FALSE(done);
    EXPECT_EQ(read_all(user), "\x01\0\0\0\0\0\0\x04late"s);
    run(Streams::linger + 100ms);
    EXPECT_TRUE(done);
    EXPECT_TRUE(at_end(user));
}

TEST_F(StreamsTest, ManyAttachmentsLeaveNoDescriptors) {
    open({.open_stdin = true});
    auto open_files = [] {
        int count = 0;
        for (int fd = 0; fd < 1024; ++fd)
            if (::fcntl(fd, F_GETFD) >= 0) ++count;
        return count;
    };
    run();
    int before = open_files();
    for (int i = 0; i < 100; ++i) {
        auto user = attach({.in = true, .out = true, .err = true});
        put(ends_.out, "x");
        run(1ms);
        user.reset();
        run(1ms);
    }
    run();
    EXPECT_EQ(open_files(), before);
}

}  // namespace
}  // namespace dhow::shim
