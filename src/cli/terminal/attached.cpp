#include "cli/terminal/attached.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.hpp"
#include "cli/terminal/detach_keys.hpp"

namespace dhow::cli {

namespace {

/// All that can be caught and forwarded. Faults of this process, children and broken pipes are its own
/// affair.
sigset_t forwarded_signals(bool forwards) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGWINCH);
    if (!forwards) return set;
    for (int signal = 1; signal < 32; ++signal) {
        bool own = signal == SIGKILL || signal == SIGSTOP || signal == SIGCHLD || signal == SIGPIPE ||
                   signal == SIGURG || signal == SIGSEGV || signal == SIGBUS || signal == SIGILL ||
                   signal == SIGFPE || signal == SIGABRT || signal == SIGTTIN || signal == SIGTTOU;
        if (!own) sigaddset(&set, signal);
    }
    return set;
}

/// The loop and what it has in hand.
class Pump {
  public:
    Pump(client::Hijacked stream, const AttachOptions& options, SignalInbox& signals)
        : stream_(std::move(stream)),
          options_(options),
          signals_(signals),
          frames_([](client::FrameReader::Stream to, std::string_view data) { show(to, data); }),
          watch_(options.detach_keys),
          reads_input_(options.in) {}

    AttachResult run() {
        ::fcntl(stream_.socket.get(), F_SETFL, ::fcntl(stream_.socket.get(), F_GETFL) | O_NONBLOCK);
        if (!stream_.received.empty()) receive(stream_.received);
        if (options_.wait && options_.wait->has_buffered()) read_wait();
        if (options_.resizes_at_start) resize_at_start();
        while (!finished()) step();
        return std::move(result_);
    }

  private:
    static void show(client::FrameReader::Stream to, std::string_view data) {
        bool is_error = to == client::FrameReader::Stream::err || to == client::FrameReader::Stream::system;
        client::write_all(is_error ? STDERR_FILENO : STDOUT_FILENO, data);
    }

    bool finished() const {
        if (result_.detached) return true;
        if (options_.wait && !waited_) return false;
        return output_ended_ || (options_.wait && !options_.reads_output);
    }

    void step() {
        bool has_room = pending_.size() < 64 * 1024;
        pollfd fds[4] = {
            {output_ended_ ? -1 : stream_.socket.get(),
             static_cast<short>(POLLIN | (pending_.empty() ? 0 : POLLOUT)), 0},
            {reads_input_ && has_room && !output_ended_ ? STDIN_FILENO : -1, POLLIN, 0},
            {options_.wait && !waited_ ? options_.wait->fd() : -1, POLLIN, 0},
            {signals_.fd(), POLLIN, 0},
        };
        bool tries_again = resize_tries_ > 0 && resize_tries_ < most_resize_tries;
        int ready = ::poll(fds, 4, tries_again ? resize_tries_ * 10 : -1);
        if (ready < 0 && errno == EINTR) return;
        if (ready < 0) throw_errno("poll");
        if (ready == 0) return resize_at_start();
        if (fds[0].revents & POLLOUT) send_pending();
        if (fds[0].revents & ~POLLOUT) read_output();
        if (fds[1].revents) read_input();
        if (fds[2].revents) read_wait();
        if (fds[3].revents) read_signal();
    }

    void receive(std::string_view data) {
        if (options_.tty)
            client::write_all(STDOUT_FILENO, data);
        else
            frames_.feed(data);
    }

    void read_output() {
        char chunk[32 * 1024];
        auto got = ::recv(stream_.socket.get(), chunk, sizeof chunk, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
        // A daemon that goes away ends the stream; what became of the container is the wait's to tell.
        if (got <= 0)
            output_ended_ = true;
        else
            receive({chunk, static_cast<std::size_t>(got)});
    }

    void read_input() {
        char chunk[16 * 1024];
        auto got = ::read(STDIN_FILENO, chunk, sizeof chunk);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (got <= 0) {
            reads_input_ = false;
            input_ended_ = true;
        } else if (watch_.feed({chunk, static_cast<std::size_t>(got)}, pending_)) {
            result_.detached = true;
            return;
        }
        send_pending();
    }

    void send_pending() {
        while (!pending_.empty()) {
            auto sent = ::send(stream_.socket.get(), pending_.data(), pending_.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno == EAGAIN) return;
            if (sent < 0 && errno == EINTR) continue;
            if (sent < 0) {
                // The container closed its input; its output and exit still count.
                pending_.clear();
                reads_input_ = false;
                return;
            }
            pending_.erase(0, static_cast<std::size_t>(sent));
        }
        if (input_ended_) ::shutdown(stream_.socket.get(), SHUT_WR);
    }

    void read_wait() {
        result_.waited = options_.wait->read_all();
        waited_ = true;
    }

    void resize_at_start() {
        auto size = terminal_size(STDOUT_FILENO);
        bool done = !size || !options_.resize || options_.resize(*size);
        resize_tries_ = done ? 0 : resize_tries_ + 1;
    }

    void read_signal() {
        int signal = signals_.take();
        if (signal == SIGWINCH) {
            auto size = terminal_size(STDOUT_FILENO);
            if (size && options_.resize) options_.resize(*size);
        } else if (signal && options_.forward) {
            options_.forward(signal);
        }
    }

    client::Hijacked stream_;
    const AttachOptions& options_;
    SignalInbox& signals_;
    client::FrameReader frames_;
    DetachWatch watch_;
    AttachResult result_;
    std::string pending_;
    static constexpr int most_resize_tries = 10;
    int resize_tries_ = 0;
    bool reads_input_;
    bool input_ended_ = false;
    bool output_ended_ = false;
    bool waited_ = false;
};

}  // namespace

SignalInbox::SignalInbox(bool forwards) {
    auto set = forwarded_signals(forwards);
    check(::sigprocmask(SIG_BLOCK, &set, nullptr), "block signals");
    fd_.reset(check(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "make a signalfd"));
}

SignalInbox::~SignalInbox() {
    auto set = forwarded_signals(true);
    ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

int SignalInbox::take() {
    signalfd_siginfo info;
    return ::read(fd_.get(), &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

std::string signal_name(int signal) {
    const char* name = ::sigabbrev_np(signal);
    return name ? name : std::to_string(signal);
}

AttachResult pump(client::Hijacked stream, const AttachOptions& options, SignalInbox& signals) {
    return Pump(std::move(stream), options, signals).run();
}

}  // namespace dhow::cli
