// From the container that is made to the program that runs in it.

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/caps.hpp"
#include "linux/seccomp.hpp"
#include "runtime/init/channel.hpp"
#include "runtime/init/home.hpp"
#include "runtime/init/steps.hpp"

namespace dhow::runtime::init {

namespace {

/// 0, or why the file cannot be executed.
int executable(const char* path) noexcept {
    struct stat status{};
    if (::stat(path, &status) < 0) return errno;
    if (S_ISDIR(status.st_mode)) return EISDIR;
    return ::access(path, X_OK) == 0 ? 0 : errno;
}

/// Finds a program as execvp(3) does. 0, or why there is none; the first that is there but may not be
/// executed is remembered while better ones are looked for.
int find_program(const ProgramPlan& plan, char (&found)[PATH_MAX]) noexcept {
    const std::string& name = plan.args.front();
    if (name.empty()) return ENOENT;
    if (name.find('/') != std::string::npos) {
        if (name.size() >= sizeof found) return ENAMETOOLONG;
        std::memcpy(found, name.c_str(), name.size() + 1);
        return executable(found);
    }
    int error = ENOENT;
    std::string_view rest = plan.path;
    for (bool more = true; more;) {
        auto colon = rest.find(':');
        auto folder = rest.substr(0, colon);
        more = colon != std::string_view::npos;
        if (more) rest.remove_prefix(colon + 1);
        if (folder.empty()) folder = ".";
        if (folder.size() + name.size() + 2 > sizeof found) continue;
        std::memcpy(found, folder.data(), folder.size());
        found[folder.size()] = '/';
        std::memcpy(found + folder.size() + 1, name.c_str(), name.size() + 1);
        int result = executable(found);
        if (result == 0) return 0;
        if (result == EACCES) error = EACCES;
    }
    return error;
}

bool set_personality(const ProgramPlan& plan, Failure& failure) noexcept {
    return !plan.personality || ::personality(*plan.personality) >= 0 ||
           failure.set(Step::personality, errno);
}

bool load_seccomp(const ProgramPlan& plan, Failure& failure) noexcept {
    if (plan.seccomp.empty()) return true;
    int result = linux::try_load_seccomp(plan.seccomp.data(), plan.seccomp.size(), plan.seccomp_flags);
    return result == 0 || failure.set(Step::seccomp, result);
}

bool set_final_capabilities(const ProgramPlan& plan, Failure& failure) noexcept {
    int result = linux::try_set_capabilities(plan.capabilities);
    return result == 0 || failure.set(Step::capabilities, result);
}

bool set_no_new_privileges(const ProgramPlan& plan, Failure& failure) noexcept {
    return !plan.no_new_privileges || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ||
           failure.set(Step::no_new_privileges, errno);
}

bool stay_untraceable(Failure& failure) noexcept {
    // A change of credentials may have undone what the parent set (fs.suid_dumpable, proc(5)).
    return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 || failure.set(Step::capabilities, errno);
}

bool set_parent_death_signal(const ProgramPlan& plan, Failure& failure) noexcept {
    // After the credentials: a change of them clears it.
    return !plan.die_with_parent || ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 ||
           failure.set(Step::parent_death_signal, errno);
}

/// All of the privileges but the filter that does not need any.
bool drop_privileges(const ProgramPlan& plan, Failure& failure) noexcept {
    bool entered = false;
    Failure first;
    // The folder may be one that root alone enters, or (on a network share) one that root does not.
    enter_working_directory(plan, entered, first);
    if (first.message().step == Step::working_directory_outside) {
        failure = first;
        return false;
    }
    return set_personality(plan, failure)                                   //
           && set_resource_limits(plan, failure)                            //
           && (plan.no_new_privileges || load_seccomp(plan, failure))       //
           && become_user(plan, failure)                                    //
           && set_final_capabilities(plan, failure)                         //
           && stay_untraceable(failure)                                     //
           && (entered || enter_working_directory(plan, entered, failure))  //
           && set_parent_death_signal(plan, failure)                        //
           && set_no_new_privileges(plan, failure);
}

/// Lets go of all descriptors but the standard streams and those that are still talked through: what was
/// inherited by mistake must not be found by the container (CVE-2024-21626, CVE-2016-9962).
void close_all_but(std::array<int, 4> kept) noexcept {
    std::sort(kept.begin(), kept.end());
    unsigned next = 3;
    for (int fd : kept) {
        if (fd < static_cast<int>(next)) continue;
        auto number = static_cast<unsigned>(fd);
        if (number > next) ::close_range(next, number - 1, 0);
        next = number + 1;
    }
    ::close_range(next, ~0U, 0);
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
}

bool wait_at_gate(const ProgramPlan& plan) noexcept {
    if (plan.gate < 0) return true;
    char byte[sizeof(Message)];
    ssize_t length;
    do {
        length = ::read(plan.gate, byte, sizeof byte);
    } while (length < 0 && errno == EINTR);
    return length > 0;
}

/// Signals that a program of ours, or who started it, may have ignored: exec keeps that. Handlers go by
/// themselves.
void reset_signals() noexcept {
    constexpr int signals[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE, SIGTERM, SIGCHLD, SIGUSR1,
                               SIGUSR2, SIGALRM, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH};
    for (int signal : signals) ::signal(signal, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void complete_environment(const ProgramPlan& plan) noexcept {
    if (!plan.home_wanted) return;
    static char home[PATH_MAX];
    find_home(plan.uid, home, sizeof home);
    // The parent left a place for it before the terminating null.
    const_cast<char**>(plan.env_pointers.data())[plan.env_pointers.size() - 2] = home;
}

}  // namespace

void give_up(int channel, const Failure& failure) noexcept {
    Message message = failure.message();
    message.kind = Kind::failure;
    ::_exit(send_message(channel, message) ? 125 : 126);
}

void run_program(const ProgramPlan& plan, Failure& failure, const ContainerPlan* container) noexcept {
    static char found[PATH_MAX];
    close_all_but({plan.channel, plan.gate, plan.report, container ? container->state_memory : -1});
    reset_signals();
    complete_environment(plan);
    if (!drop_privileges(plan, failure)) give_up(plan.channel, failure);
    int error = find_program(plan, found);
    if (error) {
        failure.set(Step::find_program, error, plan.args.front().c_str());
        give_up(plan.channel, failure);
    }
    if (plan.no_new_privileges && !load_seccomp(plan, failure)) give_up(plan.channel, failure);
    if (!send_message(plan.channel, {.kind = Kind::ready}) || !wait_at_gate(plan)) ::_exit(125);
    if (container && !run_hooks(container->start_container_hooks, container->state_memory, failure))
        give_up(plan.report, failure);
    ::execve(found, plan.arg_pointers.data(), plan.env_pointers.data());
    failure.set(Step::execute, errno, plan.args.front().c_str());
    give_up(plan.report, failure);
}

}  // namespace dhow::runtime::init
