#pragma once
// Real shims, real containers of busybox, through the daemon's end.

#include <array>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/async/sync.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "bundle/bundle.hpp"
#include "shim/client/client.hpp"

namespace dhow::shim {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

inline std::string read_file(const fs::path& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

class ShimTest : public testing::Test {
  public:
    ShimTest() : pool_(2) {
        char name[] = "/tmp/dhow-shim-XXXXXX";
        root_ = ::mkdtemp(name);
        fs::create_directories(root_ / "rootfs/bin");
        fs::create_directories(root_ / "run");
        fs::create_directories(root_ / "bundle");
        for (const char* folder : {"proc", "sys", "dev", "tmp", "etc"})
            fs::create_directories(root_ / "rootfs" / folder);
        fs::copy("/bin/busybox", root_ / "rootfs/bin/busybox");
        for (const char* applet :
             {"sh", "true", "cat", "sleep", "echo", "stty", "kill", "yes", "head", "tail", "id", "env"})
            fs::create_symlink("busybox", root_ / "rootfs/bin" / applet);
        id_ = random_hex(32);
        bundle_.id = id_;
        bundle_.hostname = "box";
        bundle_.root = root_ / "rootfs";
        bundle_.cgroup_parent = "/dhow-test";
        bundle_.namespaces.cgroup.mode = bundle::Namespace::Mode::host;
    }
    ~ShimTest() override {
        if (client_)
            run_task([](ShimTest& test) -> Task<void> {
                try {
                    co_await test.client_->kill(SIGKILL, true);
                    while (!test.exit_) co_await sleep_for(1ms);
                } catch (const Error&) {
                }
                co_await test.client_->dismiss();
            });
        client_.reset();
        loop_.restart();
        loop_.run_for(100ms);
        fs::remove_all(root_);
    }

    Spec spec() const {
        Spec spec;
        spec.id = id_;
        spec.runtime = fs::read_symlink("/proc/self/exe").parent_path() / "dhow-runtime";
        spec.bundle = root_ / "bundle";
        spec.state_root = root_ / "state";
        spec.run_directory = root_ / "run";
        spec.log.path = root_ / "c-json.log";
        return spec;
    }

    Events events() {
        Events events;
        events.exited = [this](const ExitStatus& exit) {
            ++exits_;
            exit_ = exit;
        };
        events.exec_exited = [this](const std::string& id, const ExitStatus& exit) {
            exec_exits_[id] = exit.code;
        };
        events.out_of_memory = [this] { ++out_of_memory_; };
        events.lost = [this] { ++lost_; };
        return events;
    }

    /// Runs a coroutine on the loop; fails when it takes longer than 20 s.
    template <typename Body>
    void run_task(Body body) {
        bool done = false;
        std::exception_ptr failure;
        asio::co_spawn(loop_, body(*this), [&](std::exception_ptr error) {
            failure = error;
            done = true;
            loop_.stop();
        });
        loop_.restart();
        loop_.run_for(20s);
        ASSERT_TRUE(done) << "it hangs";
        if (failure) std::rethrow_exception(failure);
    }

    /// What create() and start() make. A function of its own: g++ 12 destroys a braced list inside a co_await
    /// expression twice.
    void wants(std::vector<std::string> args, std::function<void(Spec&)> change = {}) {
        bundle_.args = std::move(args);
        change_ = std::move(change);
    }
    Task<void> create() {
        bundle::write(bundle_, root_ / "bundle");
        auto with = spec();
        if (change_) change_(with);
        client_ = co_await spawn(with, events(), pool_);
        pid_ = co_await client_->create();
    }
    Task<void> start() {
        co_await create();
        co_await client_->start();
    }
    Task<void> until(std::function<bool()> condition) {
        for (int i = 0; i < 10'000 && !condition(); ++i) co_await sleep_for(1ms);
        EXPECT_TRUE(condition()) << "it never came true";
    }
    Task<void> exited() {
        co_await until([this] { return exit_.has_value(); });
    }

    /// Reads a stream to its end, docker's frames taken apart.
    Task<std::string> read_stream(const UniqueFd& socket, bool raw = false) {
        std::string bytes;
        while (true) {
            std::array<char, 65536> buffer;
            auto got = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (got == 0) break;
            if (got > 0)
                bytes.append(buffer.data(), static_cast<std::size_t>(got));
            else
                co_await sleep_for(1ms);
        }
        if (raw) co_return bytes;
        std::string text;
        for (std::size_t at = 0; at + 8 <= bytes.size();) {
            std::size_t length = 0;
            for (int i = 4; i < 8; ++i) length = length << 8 | static_cast<unsigned char>(bytes[at + i]);
            text += bytes.substr(at + 8, length);
            at += 8 + length;
        }
        co_return text;
    }
    Task<std::string> read_until(const UniqueFd& socket, std::string_view end) {
        std::string bytes;
        for (int i = 0; i < 10'000 && bytes.find(end) == bytes.npos; ++i) {
            std::array<char, 4096> buffer;
            auto got = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (got > 0)
                bytes.append(buffer.data(), static_cast<std::size_t>(got));
            else
                co_await sleep_for(1ms);
        }
        EXPECT_THAT(bytes, HasSubstr(std::string(end)));
        co_return bytes;
    }
    static void put(const UniqueFd& fd, std::string_view text) {
        EXPECT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    std::string log() const { return read_file(root_ / "c-json.log"); }
    bool has_cgroup() const {
        for (const auto& entry : fs::directory_iterator("/sys/fs/cgroup"))
            if (fs::exists(entry.path() / "dhow-test" / id_)) return true;
        return fs::exists("/sys/fs/cgroup/dhow-test/" + id_);
    }

    asio::io_context loop_;
    BlockingPool pool_;
    fs::path root_;
    std::string id_;
    bundle::Spec bundle_;
    std::function<void(Spec&)> change_;
    std::shared_ptr<Client> client_;
    pid_t pid_ = -1;
    int exits_ = 0, out_of_memory_ = 0, lost_ = 0;
    std::optional<ExitStatus> exit_;
    std::map<std::string, int> exec_exits_;
};

/// Without a braced list, for the sake of coroutines.
inline std::vector<std::string> words(auto... word) {
    std::vector<std::string> result;
    (result.emplace_back(word), ...);
    return result;
}

inline AttachRequest attach_request(bool in = false, std::string exec_id = {}) {
    AttachRequest request;
    request.exec_id = std::move(exec_id);
    request.in = in;
    request.out = request.err = true;
    return request;
}

inline pid_t parent_of(pid_t pid) {
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("PPid:")) return std::stoi(line.substr(5));
    return -1;
}

}  // namespace dhow::shim
