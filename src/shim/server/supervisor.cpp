#include "shim/server/supervisor.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/units.hpp"
#include "shim/protocol/exit_record.hpp"

namespace dhow::shim {

namespace {

/// Whether a process is the init of a pid namespace of its own: the kernel then kills the rest with it.
/// Source: proc(5), NSpid: its pid in each namespace, the innermost last.
bool is_namespace_init(pid_t pid) {
    UniqueFd file(::open(fmt::format("/proc/{}/status", pid).c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> buffer;
    auto got = file ? ::read(file.get(), buffer.data(), buffer.size()) : -1;
    if (got <= 0) return true;
    std::string_view status(buffer.data(), static_cast<std::size_t>(got));
    auto at = status.find("\nNSpid:");
    if (at == status.npos) return true;
    auto line = status.substr(at + 1, status.find('\n', at + 1) - at - 1);
    return line.ends_with("\t1");
}

int exit_code(const siginfo_t& info) {
    return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

}  // namespace

Supervisor::Supervisor(Loop& loop, UniqueFd control, UniqueFd lock)
    : loop_(loop),
      lock_(std::move(lock)),
      execs_(loop, [this](const protocol::Exit& exit) { exec_exited(exit); }) {
    add_connection(std::move(control));
}

Supervisor::~Supervisor() {
    stop_watching_memory();
    if (listener_) loop_.forget(listener_.get());
}

void Supervisor::setup(const protocol::Setup& setup) {
    setup_ = setup;
    try {
        protocol::remove_exit_record(setup_.run_directory);
        listener_ = protocol::listen(setup_.run_directory);
        loop_.watch(listener_.get(), EPOLLIN, [this](std::uint32_t) { accept_daemon(); });
        if (setup_.log_driver != "none") {
            LogLimits limits{setup_.log_max_size, setup_.log_max_files,
                             setup_.log_compress || setup_.log_driver == "local"};
            log_ = std::make_unique<LogFile>(setup_.log_path, limits);
        }
        streams_ = std::make_unique<Streams>(
            loop_, Streams::Options{
                       .open_stdin = setup_.open_stdin, .close_stdin = setup_.stdin_once, .log = log_.get()});
    } catch (const std::exception&) {
        setup_failure_ = protocol::current_failure();
    }
}

pid_t Supervisor::create() {
    if (setup_failure_) protocol::rethrow(*setup_failure_);
    if (state_ != State::born || !streams_) throw Conflict("container {} is already created", setup_.id);
    auto ends = streams_->open_pipes();
    runtime::CreateRequest request{.id = setup_.id,
                                   .bundle = setup_.bundle,
                                   .state_root = setup_.state_root,
                                   .streams = {ends.in.get(), ends.out.get(), ends.err.get()},
                                   .die_with_parent = true};
    created_.emplace(runtime::create(request));
    pid_ = created_->process.pid;
    state_ = State::created;
    streams_->begin(std::move(created_->process.terminal));
    return pid_;
}

void Supervisor::start() {
    if (state_ != State::created) throw Conflict("container {} is not waiting for its start", setup_.id);
    try {
        created_->start();
    } catch (const std::exception&) {
        auto failure = std::current_exception();
        forget_process();
        std::rethrow_exception(failure);
    }
    state_ = State::running;
    // What follows keeps nobody waiting for the answer.
    loop_.after({}, [this] {
        if (state_ != State::running) return;
        owns_pid_namespace_ = is_namespace_init(pid_);
        watch_memory();
    });
}

void Supervisor::forget_process() noexcept {
    try {
        created_.reset();
        siginfo_t info{};
        ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED);
        pid_ = -1;
        runtime::remove(setup_.state_root, setup_.id, true);
    } catch (const std::exception& error) {
        report("remove what did not start", error.what());
    }
}

void Supervisor::watch_memory() {
    try {
        oom_event_ = runtime::oom_event(setup_.state_root, setup_.id);
        loop_.watch(oom_event_.get(), EPOLLIN, [this](std::uint32_t) { memory_ran_out(); });
    } catch (const std::exception& error) {
        report("watch for kills for memory", error.what());
    }
}

void Supervisor::memory_ran_out() {
    std::array<char, 4096> ignored;
    if (::read(oom_event_.get(), ignored.data(), ignored.size()) < 0 && errno != EAGAIN)
        return stop_watching_memory();
    // The event also comes when a limit was met and memory was found after all, and when the cgroup goes.
    auto kills = oom_kills();
    if (kills <= kills_told_) return;
    kills_told_ = kills;
    broadcast(protocol::Kind::out_of_memory);
}

void Supervisor::stop_watching_memory() noexcept {
    if (oom_event_) loop_.forget(oom_event_.get());
    oom_event_.reset();
}

void Supervisor::attach(protocol::Frame& frame) {
    auto request = protocol::decode<protocol::Attach>(frame.payload);
    if (!frame.descriptor) throw InvalidArgument("attach needs a socket");
    AttachmentOptions options{request.in, request.out, request.err, protocol::from_hex(request.detach_keys)};
    if (!request.exec_id.empty())
        return execs_.attach(request.exec_id, std::move(frame.descriptor), std::move(options));
    if (!streams_ || state_ == State::exited) throw Conflict("container {} is not running", setup_.id);
    streams_->attach(std::move(frame.descriptor), std::move(options));
}

void Supervisor::require_running() const {
    if (state_ != State::running) throw Conflict("container {} is not running", setup_.id);
}

void Supervisor::kill(const protocol::Kill& request) {
    if (state_ != State::running && state_ != State::created) require_running();
    if (request.all) return runtime::kill(setup_.state_root, setup_.id, request.signal, true);
    check(::syscall(SYS_pidfd_send_signal, created_->process.pidfd.get(), request.signal, nullptr, 0),
          "signal container {}", setup_.id);
}

void Supervisor::pause(bool wanted) {
    require_running();
    if (wanted)
        runtime::pause(setup_.state_root, setup_.id);
    else
        runtime::resume(setup_.state_root, setup_.id);
    paused_ = wanted;
}

void Supervisor::reap() {
    while (true) {
        siginfo_t info{};
        if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) < 0 || info.si_pid == 0) return;
        if (info.si_pid == pid_ && state_ != State::exited)
            container_exited(exit_code(info));
        else
            execs_.reaped(info.si_pid, exit_code(info));
    }
}

void Supervisor::container_exited(int code) {
    auto at = format_timestamp(now());
    state_ = State::exited;
    execs_.container_ended();
    stop_watching_memory();
    if (!owns_pid_namespace_) {
        try {
            runtime::kill(setup_.state_root, setup_.id, SIGKILL, true);
        } catch (const Error&) {
            // Nothing is left to kill.
        }
    }
    streams_->drain();
    auto kills = oom_kills();
    if (kills > kills_told_) broadcast(protocol::Kind::out_of_memory);
    exit_ = protocol::Exit{.exec_id = {}, .code = code, .oom_killed = kills > 0, .at = at};
    try {
        protocol::write_exit_record(setup_.run_directory, *exit_);
    } catch (const Error& error) {
        report("write exit.json", error.what());
    }
    broadcast(protocol::Kind::exited, protocol::encode(*exit_));
    streams_->finish([this] {
        streams_over_ = true;
        if (ending_) end();
    });
    if (connections_.empty()) end_when_read();
}

std::uint64_t Supervisor::oom_kills() const noexcept {
    try {
        return runtime::oom_kills(setup_.state_root, setup_.id);
    } catch (const std::exception& error) {
        report("count kills for memory", error.what());
        return 0;
    }
}

void Supervisor::dismiss() {
    if (state_ == State::running) throw Conflict("container {} is running", setup_.id);
    remove_container();
    stop_listening();
}

void Supervisor::stop_listening() noexcept {
    if (!listener_) return;
    // Before the answer to dismiss: the next run of the container may use the same folder, and this shim may
    // live on for a slow reader of its output.
    ::unlink((std::filesystem::path(setup_.run_directory) / protocol::socket_name).c_str());
    loop_.forget(listener_.get());
    listener_.reset();
    lock_.reset();
}

void Supervisor::remove_container() {
    created_.reset();
    if (state_ != State::exited || removed_) return;
    try {
        runtime::remove(setup_.state_root, setup_.id, true);
    } catch (const NotFound&) {
        // A person with the runtime's command line was first.
    }
    removed_ = true;
}

void Supervisor::end_when_read() {
    if (std::exchange(ending_, true)) return;
    try {
        remove_container();
    } catch (const std::exception& error) {
        report("remove the container", error.what());
    }
    stop_listening();
    if (state_ != State::exited || streams_over_) end();
}

void Supervisor::end() {
    for (auto& connection : connections_) connection->flush_out();
    loop_.stop();
}

void Supervisor::report(std::string_view operation, std::string_view problem) const noexcept {
    try {
        auto path = std::filesystem::path(setup_.run_directory) / "shim.log";
        UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
        auto line = fmt::format("{} {}: {}\n", format_timestamp(now()), operation, problem);
        if (file) (void)!::write(file.get(), line.data(), line.size());
    } catch (const std::exception&) {
        // There is nowhere left to say it.
    }
}

}  // namespace dhow::shim
