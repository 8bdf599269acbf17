// dhow-init: the first process of a container that was run with --init. It starts the program, passes signals
// on to it, reaps what nobody else does, and ends with the program's status.
//
// usage: docker-init -- PROGRAM [ARGUMENT...]    (it is shown in containers as /sbin/docker-init)
// It is in every such container's memory, so it uses the C library alone.

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <sys/wait.h>
#include <unistd.h>

namespace {

/// What is about the init itself is not passed on.
bool is_own(int signal) {
    return signal == SIGCHLD || signal == SIGKILL || signal == SIGSTOP || signal == SIGSEGV ||
           signal == SIGBUS || signal == SIGFPE || signal == SIGILL || signal == SIGTRAP ||
           signal == SIGABRT || signal == SIGTTIN || signal == SIGTTOU;
}

/// In the child: a group of its own in the foreground of the terminal, if there is one, then the program.
[[noreturn]] void run_program(char** argv, const sigset_t& old_mask) {
    ::setpgid(0, 0);
    if (::isatty(STDIN_FILENO)) {
        ::signal(SIGTTOU, SIG_IGN);
        ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
        ::signal(SIGTTOU, SIG_DFL);
    }
    ::sigprocmask(SIG_SETMASK, &old_mask, nullptr);
    ::execvp(argv[0], argv);
    int error = errno;
    std::fprintf(stderr, "[FATAL dhow-init] exec %s failed: %s\n", argv[0], std::strerror(error));
    ::_exit(error == ENOENT ? 127 : 126);
}

/// Reaps all that ended. True when `child` was among them; `status` is then what it ends with.
bool reap(pid_t child, int& status) {
    bool child_ended = false;
    int ended_with = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &ended_with, WNOHANG)) > 0;) {
        if (pid != child) continue;
        child_ended = true;
        status = WIFSIGNALED(ended_with) ? 128 + WTERMSIG(ended_with) : WEXITSTATUS(ended_with);
    }
    return child_ended;
}

}  // namespace

int main(int argc, char** argv) {
    int first = argc > 1 && std::strcmp(argv[1], "--") == 0 ? 2 : 1;
    if (first >= argc) {
        std::fputs("usage: docker-init -- PROGRAM [ARGUMENT...]\n", stderr);
        return 125;
    }
    sigset_t awaited, old_mask;
    ::sigfillset(&awaited);
    for (int signal = 1; signal < NSIG; ++signal)
        if (is_own(signal) && signal != SIGCHLD) ::sigdelset(&awaited, signal);
    ::sigprocmask(SIG_SETMASK, &awaited, &old_mask);
    pid_t child = ::fork();
    if (child < 0) {
        std::perror("[FATAL dhow-init] fork");
        return 125;
    }
    if (child == 0) run_program(argv + first, old_mask);
    int status = 0;
    while (true) {
        int signal = 0;
        if (::sigwait(&awaited, &signal) != 0) continue;
        if (signal != SIGCHLD)
            ::kill(-child, signal);
        else if (reap(child, status))
            return status;
    }
}
