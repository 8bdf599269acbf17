#include "programs/dhow-runtime/verbs/process_streams.hpp"

#include <cerrno>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "linux/pidfd.hpp"
#include "linux/terminal.hpp"

namespace dhow::runtime_program {

runtime::StandardStreams own_streams() { return {.in = 0, .out = 1, .err = 2}; }

void check_console_socket(bool terminal, bool detached, const std::string& console_socket) {
    if (detached && terminal && console_socket.empty())
        throw InvalidArgument("cannot allocate tty if runc will detach without setting console socket");
    if (!terminal && !console_socket.empty())
        throw InvalidArgument("cannot use console socket if runc will not allocate tty");
    if (!detached && !console_socket.empty())
        throw InvalidArgument("cannot use console socket if runc will not detach");
}

void send_terminal(const std::filesystem::path& console_socket, int master) {
    UniqueFd socket(check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "make a socket"));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (console_socket.native().size() >= sizeof address.sun_path)
        throw InvalidArgument("the path of the console socket is too long");
    std::strcpy(address.sun_path, console_socket.c_str());
    check(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "connect to {}",
          console_socket.native());
    char name[] = "/dev/ptmx";
    iovec part{.iov_base = name, .iov_len = sizeof name - 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(rights), &master, sizeof master);
    check(::sendmsg(socket.get(), &header, MSG_NOSIGNAL), "send the terminal to {}", console_socket.native());
}

void write_pid_file(const std::filesystem::path& path, pid_t pid) {
    if (path.empty()) return;
    auto fresh = path.native() + ".new";
    auto text = std::to_string(pid);
    UniqueFd file(
        check(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), "create {}", fresh));
    check(::write(file.get(), text.data(), text.size()), "write {}", fresh);
    check(::rename(fresh.c_str(), path.c_str()), "rename {}", fresh);
}

namespace {

void write_all(int fd, const char* data, std::size_t size) {
    while (size > 0) {
        auto length = ::write(fd, data, size);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0 && errno == EAGAIN) {
            pollfd poll{.fd = fd, .events = POLLOUT, .revents = 0};
            ::poll(&poll, 1, -1);
            continue;
        }
        if (length <= 0) return;
        data += length;
        size -= static_cast<std::size_t>(length);
    }
}

/// Copies what there is to read. False at the end.
bool copy_some(int from, int to) {
    char buffer[16 * 1024];
    auto length = ::read(from, buffer, sizeof buffer);
    if (length < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    // EIO: the last slave of a terminal was closed.
    if (length <= 0) return false;
    write_all(to, buffer, static_cast<std::size_t>(length));
    return true;
}

class Foreground {
  public:
    explicit Foreground(runtime::Process process) : process_(std::move(process)) {
        sigset_t all;
        ::sigfillset(&all);
        ::sigprocmask(SIG_BLOCK, &all, nullptr);
        signals_.reset(check(::signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK), "make a signalfd"));
        if (process_.terminal && ::isatty(0)) {
            raw_.emplace(0);
            take_size();
        }
    }

    int wait() {
        bool input = static_cast<bool>(process_.terminal);
        for (bool running = true; running;) {
            pollfd polls[] = {{.fd = process_.pidfd.get(), .events = POLLIN, .revents = 0},
                              {.fd = signals_.get(), .events = POLLIN, .revents = 0},
                              {.fd = process_.terminal.get(), .events = POLLIN, .revents = 0},
                              {.fd = input ? 0 : -1, .events = POLLIN, .revents = 0}};
            if (::poll(polls, std::size(polls), -1) < 0 && errno != EINTR) throw_errno("poll");
            if (polls[1].revents) pass_signals();
            if (polls[2].revents && !copy_some(process_.terminal.get(), 1)) process_.terminal.reset();
            if (polls[3].revents && !copy_some(0, process_.terminal.get())) input = false;
            running = !polls[0].revents;
        }
        drain();
        return linux::pidfd_reap(process_.pidfd.get())->status();
    }

  private:
    void take_size() {
        if (process_.terminal) linux::try_set_terminal_size(process_.terminal.get(), linux::terminal_size(0));
    }

    void pass_signals() {
        signalfd_siginfo signal;
        while (::read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
            int number = static_cast<int>(signal.ssi_signo);
            if (number == SIGWINCH && raw_)
                take_size();
            else if (number != SIGCHLD && number != SIGURG)
                linux::pidfd_send_signal(process_.pidfd.get(), number);
        }
    }

    void drain() {
        if (!process_.terminal) return;
        ::fcntl(process_.terminal.get(), F_SETFL, O_NONBLOCK);
        char buffer[16 * 1024];
        for (ssize_t length; (length = ::read(process_.terminal.get(), buffer, sizeof buffer)) > 0;)
            write_all(1, buffer, static_cast<std::size_t>(length));
    }

    runtime::Process process_;
    UniqueFd signals_;
    std::optional<linux::RawTerminal> raw_;
};

}  // namespace

int wait_in_foreground(runtime::Process process) { return Foreground(std::move(process)).wait(); }

}  // namespace dhow::runtime_program
