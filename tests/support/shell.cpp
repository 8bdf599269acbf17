#include "support/shell.hpp"

#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/defer.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "support/spawn.hpp"

namespace dhow::test {
namespace {

int shell_status(int wait_status) {
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

struct Pipe {
    UniqueFd read, write;
    Pipe() {
        int ends[2];
        check(::pipe2(ends, O_CLOEXEC), "pipe");
        read.reset(ends[0]);
        write.reset(ends[1]);
    }
};

/// Feeds and drains the three pipes until both outputs end or the time is over; false at the time limit.
bool pump(const std::string& input, UniqueFd in, UniqueFd out, UniqueFd err, Result& result,
          std::chrono::steady_clock::time_point deadline) {
    check(::fcntl(in.get(), F_SETFL, O_NONBLOCK), "fcntl");
    std::size_t fed = 0;
    if (input.empty()) in.reset();
    while (out || err) {
        auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline -
                                                                          std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd fds[] = {{in.get(), POLLOUT, 0}, {out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}};
        if (::poll(fds, 3, static_cast<int>(left.count())) < 0 && errno != EINTR) throw_errno("poll");
        if (in && fds[0].revents) {
            auto count = ::write(in.get(), input.data() + fed, input.size() - fed);
            if (count > 0) fed += static_cast<std::size_t>(count);
            if ((count < 0 && errno != EAGAIN) || fed == input.size()) in.reset();
        }
        auto drain = [](UniqueFd& fd, short events, std::string& text) {
            if (!fd || !events) return;
            char buffer[65536];
            auto count = ::read(fd.get(), buffer, sizeof buffer);
            if (count > 0) text.append(buffer, static_cast<std::size_t>(count));
            if (count == 0 || (count < 0 && errno != EINTR)) fd.reset();
        };
        drain(out, fds[1].revents, result.out);
        drain(err, fds[2].revents, result.err);
    }
    return true;
}

}  // namespace

std::string Result::text() const {
    auto end = out.find_last_not_of('\n');
    return end == std::string::npos ? "" : out.substr(0, end + 1);
}

std::string describe(const Result& result) {
    return fmt::format("$ {}\nstatus {}{}\n--- out\n{}--- err\n{}", result.command, result.status,
                       result.timed_out ? " (killed at its time limit)" : "", result.out, result.err);
}

const Result& expect_success(const Result& result) {
    if (result.status != 0) throw InternalError("{}", describe(result));
    return result;
}

Command& Command::on(const Host& host) {
    network = host.fd();
    return *this;
}
Command& Command::within(std::chrono::milliseconds time) {
    limit = time;
    return *this;
}
Command& Command::with(std::string name, std::string value) {
    environment[std::move(name)] = std::move(value);
    return *this;
}
Command& Command::feed(std::string text) {
    input = std::move(text);
    return *this;
}

Command sh(std::string line) { return program({"/bin/bash", "-c", std::move(line)}); }

Command program(std::vector<std::string> argv) {
    Command command;
    command.argv = std::move(argv);
    return command;
}

Result run(const Command& command) {
    Result result;
    result.command = command.argv.size() == 3 && command.argv[1] == "-c"
                         ? command.argv[2]
                         : fmt::format("{}", fmt::join(command.argv, " "));
    Pipe in, out, err;
    auto deadline = std::chrono::steady_clock::now() + command.limit;
    auto pid = spawn(command, {in.read.get(), out.write.get(), err.write.get()});
    in.read.reset();
    out.write.reset();
    err.write.reset();
    result.timed_out =
        !pump(command.input, std::move(in.write), std::move(out.read), std::move(err.read), result, deadline);
    if (result.timed_out) ::kill(-pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    result.status = shell_status(status);
    return result;
}

Process::Process(const Command& command, const std::filesystem::path& out, const std::filesystem::path& err) {
    auto open_log = [](const std::filesystem::path& path) {
        return UniqueFd(check(::open(path.empty() ? "/dev/null" : path.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644),
                              "open {}", path.native()));
    };
    UniqueFd in(check(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open /dev/null"));
    auto out_file = open_log(out), err_file = open_log(err);
    pid_ = spawn(command, {in.get(), out_file.get(), err_file.get()});
}

Process::Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, -1)), status_(other.status_) {}

Process& Process::operator=(Process&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(status_, other.status_);
    return *this;
}

Process::~Process() {
    if (pid_ <= 0 || status_) return;
    ::kill(-pid_, SIGKILL);
    wait(5s);
}

void Process::signal(int number) const {
    if (!status_) ::kill(pid_, number);
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
    eventually(
        [this] {
            int status = 0;
            if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) status_ = shell_status(status);
            return status_.has_value();
        },
        limit);
    return status_;
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
    auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

ScratchFolder::ScratchFolder() : path_("/var/tmp/dhow-test-" + random_hex(4)) {
    std::filesystem::create_directories(path_);
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void write_file(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        auto end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

}  // namespace dhow::test
