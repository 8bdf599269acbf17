// Frames, messages, exit.json and the socket in a run directory.

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/protocol/channel.hpp"
#include "shim/protocol/exit_record.hpp"

namespace dhow::shim::protocol {
namespace {

namespace fs = std::filesystem;

struct Pair {
    Pair() : Pair(socket_pair()) {}
    explicit Pair(std::pair<UniqueFd, UniqueFd> ends) : a(std::move(ends.first)), b(std::move(ends.second)) {}
    Channel a, b;
};

fs::path temporary_directory() {
    char name[] = "/tmp/dhow-shim-XXXXXX";
    return ::mkdtemp(name);
}

TEST(ShimChannel, FramesArriveWholeAndInOrder) {
    Pair pair;
    pair.a.send(Kind::status, 7, "");
    pair.a.send(Kind::kill, 8, encode(Kill{{}, 9, true}));
    ASSERT_TRUE(pair.b.receive());
    auto first = pair.b.next(), second = pair.b.next();
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(pair.b.next());
    EXPECT_EQ(first->kind, Kind::status);
    EXPECT_EQ(first->request, 7U);
    EXPECT_EQ(second->request, 8U);
    EXPECT_EQ(decode<Kill>(second->payload).signal, 9);
}

TEST(ShimChannel, LargePayloadTakesManyWrites) {
    Pair pair;
    std::string large(3 << 20, 'x');
    pair.a.send(Kind::exec_create, 1, large);
    EXPECT_FALSE(pair.a.idle());
    std::optional<Frame> frame;
    while (!frame) {
        pair.a.flush();
        ASSERT_TRUE(pair.b.receive());
        frame = pair.b.next();
    }
    EXPECT_TRUE(frame->payload == large);
    EXPECT_THROW(pair.a.send(Kind::exec_create, 1, std::string(max_payload + 1, 'x')), InvalidArgument);
}

TEST(ShimChannel, DescriptorsGoWithTheirFrames) {
    Pair pair;
    auto pipe_of = [] {
        int ends[2];
        EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        return std::pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
    };
    auto first = pipe_of(), second = pipe_of();
    pair.a.send(Kind::attach, 1, "{}", std::move(first.second));
    pair.a.send(Kind::status, 2, "");
    pair.a.send(Kind::attach, 3, "{}", std::move(second.second));
    while (pair.b.receive()) {
        auto one = pair.b.next();
        if (!one) break;
        auto two = pair.b.next(), three = pair.b.next();
        ASSERT_TRUE(two && three);
        EXPECT_FALSE(two->descriptor);
        ASSERT_TRUE(one->descriptor && three->descriptor);
        ASSERT_EQ(::write(three->descriptor.get(), "3", 1), 1);
        ASSERT_EQ(::write(one->descriptor.get(), "1", 1), 1);
        EXPECT_TRUE(::fcntl(one->descriptor.get(), F_GETFD) & FD_CLOEXEC);
        char byte = 0;
        EXPECT_EQ(::read(second.first.get(), &byte, 1), 1);
        EXPECT_EQ(byte, '3');
        return;
    }
    FAIL() << "no frames";
}

TEST(ShimChannel, GarbageIsRefused) {
    for (const std::string& bytes : {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(12, '\xff'),
                                     std::string("\0\0\0\0\x01\x04\x01\0\0\0\0\0", 12),
                                     std::string("\xff\xff\xff\x7f\x01\x04\0\0\0\0\0\0", 12)}) {
        auto [raw, ours] = socket_pair();
        Channel channel(std::move(ours));
        ASSERT_EQ(::write(raw.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
        ASSERT_TRUE(channel.receive());
        EXPECT_THROW(channel.next(), InvalidArgument);
    }
}

TEST(ShimChannel, EndOfPeerIsSeen) {
    auto [raw, ours] = socket_pair();
    Channel channel(std::move(ours));
    raw.reset();
    EXPECT_FALSE(channel.receive());
    EXPECT_THROW(channel.send(Kind::status, 1, ""), SystemError);
}

TEST(ShimChannel, PeerThatNeverReadsIsGivenUp) {
    Pair pair;
    std::string payload(1 << 20, 'x');
    EXPECT_THROW(
        {
            for (int i = 0; i < 100; ++i) pair.a.send(Kind::exited, 0, payload);
        },
        Unavailable);
}

TEST(ShimMessages, FailuresKeepTheirKind) {
    try {
        throw NotFound("exec: \"x\": executable file not found in $PATH");
    } catch (...) {
        auto failed = decode<Failed>(encode(current_failure()));
        EXPECT_THROW(rethrow(failed), NotFound);
    }
    EXPECT_THROW(rethrow({99, "new kind"}), InternalError);
}

TEST(ShimMessages, KeysAreBytes) {
    std::string keys("\x10\x00\xff", 3);
    EXPECT_EQ(to_hex(keys), "1000ff");
    EXPECT_EQ(from_hex("1000ff"), keys);
    EXPECT_THROW(from_hex("1"), InvalidArgument);
    EXPECT_THROW(from_hex("zz"), InvalidArgument);
}

TEST(ShimExitRecord, IsWholeOrNotThere) {
    auto directory = temporary_directory();
    EXPECT_FALSE(read_exit_record(directory));
    EXPECT_FALSE(read_exit_record(directory / "gone"));
    write_exit_record(directory,
                      {.exec_id = {}, .code = 137, .oom_killed = true, .at = "2024-05-01T12:00:00Z"});
    auto record = read_exit_record(directory);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->code, 137);
    EXPECT_TRUE(record->oom_killed);
    EXPECT_EQ(std::distance(fs::directory_iterator(directory), fs::directory_iterator()), 1);
    std::ofstream(directory / "exit.json") << "{";
    EXPECT_THROW(read_exit_record(directory), InvalidArgument);
    fs::remove_all(directory);
}

TEST(ShimSocket, HasAPathForRootAlone) {
    auto directory = temporary_directory() / std::string(100, 'd') / std::string(100, 'e');
    fs::create_directories(directory);
    EXPECT_FALSE(connect(directory));
    EXPECT_FALSE(connect(directory / "gone"));
    auto listener = listen(directory);
    struct stat status{};
    ASSERT_EQ(::stat((directory / "shim.sock").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    auto socket = connect(directory);
    ASSERT_TRUE(socket);
    UniqueFd accepted(::accept(listener.get(), nullptr, nullptr));
    EXPECT_EQ(peer_user(accepted.get()), ::getuid());
    listener.reset();
    EXPECT_FALSE(connect(directory)) << "a socket that nobody listens on any more";
    EXPECT_TRUE(listen(directory)) << "is replaced";
    fs::remove_all(directory.parent_path().parent_path());
}

}  // namespace
}  // namespace dhow::shim::protocol
