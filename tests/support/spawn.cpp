#include "support/spawn.hpp"

#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::test {
namespace {

std::vector<std::string> environment_of(const Command& command) {
    std::vector<std::string> result;
    for (auto entry = environ; *entry; ++entry) {
        std::string text = *entry;
        if (!command.environment.contains(text.substr(0, text.find('=')))) result.push_back(std::move(text));
    }
    for (auto& [name, value] : command.environment) result.push_back(name + "=" + value);
    return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (auto& text : strings) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

[[noreturn]] void give_up(const char* step) {
    for (auto text : {step, ": ", ::strerrordesc_np(errno), "\n"})
        if (::write(2, text, std::strlen(text)) < 0) break;
    ::_exit(125);
}

}  // namespace

pid_t spawn(const Command& command, std::array<int, 3> streams, bool terminal) {
    auto arguments = command.argv;
    auto environment = environment_of(command);
    auto argv = pointers(arguments), envp = pointers(environment);
    auto folder = command.folder.native();

    auto pid = check(::fork(), "fork");
    if (pid != 0) return pid;

    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is cut off leaves no daemon behind
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    terminal ? ::setsid() : ::setpgid(0, 0);
    for (int i = 0; i < 3; ++i)
        if (::dup2(streams[static_cast<std::size_t>(i)], i) < 0) give_up("dup2");
    if (terminal && ::ioctl(0, TIOCSCTTY, 0) < 0) give_up("TIOCSCTTY");
    if (command.network >= 0 && ::setns(command.network, CLONE_NEWNET) < 0) give_up("setns");
    if (!folder.empty() && ::chdir(folder.c_str()) < 0) give_up("chdir");
    ::execvpe(argv[0], argv.data(), envp.data());
    give_up(argv[0]);
}

}  // namespace dhow::test
