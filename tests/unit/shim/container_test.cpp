// The whole of it: real shims, real containers of busybox, through the daemon's end.

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
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

std::string read_file(const fs::path& path) {
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
std::vector<std::string> words(auto... word) {
    std::vector<std::string> result;
    (result.emplace_back(word), ...);
    return result;
}

AttachRequest attach_request(bool in = false, std::string exec_id = {}) {
    AttachRequest request;
    request.exec_id = std::move(exec_id);
    request.in = in;
    request.out = request.err = true;
    return request;
}

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

pid_t parent_of(pid_t pid) {
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("PPid:")) return std::stoi(line.substr(5));
    return -1;
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
