// Capabilities, seccomp, spawning, /proc, terminals.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "linux/caps.hpp"
#include "linux/idmap.hpp"
#include "linux/ns.hpp"
#include "linux/pidfd.hpp"
#include "linux/proc.hpp"
#include "linux/seccomp.hpp"
#include "linux/spawn.hpp"
#include "linux/terminal.hpp"
#include "support/bundle/bundle.hpp"

namespace dhow::linux {
namespace {

TEST(Capabilities, AreFoundByNameInAnyCase) {
    EXPECT_EQ(find_capability("CAP_CHOWN"), 0);
    EXPECT_EQ(find_capability("sys_admin"), 21);
    EXPECT_EQ(find_capability("cap_checkpoint_restore"), 40);
    EXPECT_FALSE(find_capability("CAP_NOTHING"));
    EXPECT_FALSE(find_capability(""));
}

TEST(Capabilities, TheKernelsLastOneIsKnown) { EXPECT_GE(last_capability(), 40); }

/// The exit status of a child that runs `body` under a filter.
template <typename Body>
int status_under(const SeccompProgram& program, Body body) {
    pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (try_load_seccomp(program.data(), program.size(), 0) < 0) ::_exit(99);
        ::_exit(body());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

SeccompProgram filter(std::vector<std::string> allowed) {
    SeccompBuilder builder("SCMP_ACT_ERRNO", EPERM);
    for (const auto& call : allowed) builder.add_rule("SCMP_ACT_ALLOW", 0, call, {});
    builder.set_unknown_calls_missing();
    return builder.compile();
}

TEST(Seccomp, DeniesWhatNoRuleAllows) {
    auto program = filter({"exit_group", "statx"});
    EXPECT_EQ(status_under(program, [] { return ::syscall(SYS_getpid) < 0 ? errno : 0; }), EPERM);
}

TEST(Seccomp, CallsNewerThanTheProfileAreMissing) {
    auto program = filter({"exit_group", "getpid"});
    EXPECT_EQ(status_under(program, [] { return ::syscall(100000) < 0 ? errno : 0; }), ENOSYS);
    EXPECT_EQ(status_under(program, [] { return ::syscall(SYS_chdir, "/") < 0 ? errno : 0; }), EPERM);
}

TEST(Seccomp, ComparesArguments) {
    SeccompBuilder builder("SCMP_ACT_ALLOW", 0);
    builder.add_rule("SCMP_ACT_ERRNO", ENOTTY, "socket", {{0, "SCMP_CMP_EQ", AF_ALG, 0}});
    auto program = builder.compile();
    EXPECT_EQ(status_under(program, [] { return ::socket(AF_ALG, SOCK_SEQPACKET, 0) < 0 ? errno : 0; }),
              ENOTTY);
    EXPECT_EQ(status_under(program, [] { return ::socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0; }), 0);
}

TEST(Seccomp, UnknownWordsAreRefused) {
    EXPECT_THROW(SeccompBuilder("SCMP_ACT_DANCE", 0), InvalidArgument);
    EXPECT_THROW(SeccompBuilder("SCMP_ACT_NOTIFY", 0), InvalidArgument);
    SeccompBuilder builder("SCMP_ACT_ALLOW", 0);
    EXPECT_THROW(builder.add_architecture("SCMP_ARCH_ABACUS"), InvalidArgument);
    EXPECT_THROW(builder.add_rule("SCMP_ACT_KILL", 0, "getpid", {{0, "SCMP_CMP_ALMOST", 0, 0}}),
                 InvalidArgument);
}

TEST(Spawn, HandsOverNamedDescriptorsAlone) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);  // without O_CLOEXEC
    auto child = spawn({.program = "/bin/busybox",
                        .args = {"ls", "/proc/self/fd"},
                        .env = {},
                        .descriptors = {{ends[1], 1}},
                        .working_directory = "/"});
    ::close(ends[1]);
    EXPECT_EQ(test::read_all(ends[0]), "0\n1\n2\n3\n");  // 3 is the listing's own
    ::close(ends[0]);
    EXPECT_EQ(pidfd_reap(child.pidfd.get())->status(), 0);
}

TEST(Spawn, SwapsDescriptors) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    auto child = spawn({.program = "/bin/busybox",
                        .args = {"sh", "-c", "echo a >&4"},
                        .env = {},
                        .descriptors = {{ends[1], 4}, {null.get(), 3}},
                        .working_directory = ""});
    ::close(ends[1]);
    EXPECT_EQ(test::read_all(ends[0]), "a\n");
    ::close(ends[0]);
    pidfd_reap(child.pidfd.get());
}

TEST(Spawn, AMissingProgramIsAnError) {
    EXPECT_THROW(spawn({.program = "/no/such/program", .args = {"x"}}), SystemError);
}

TEST(Pidfd, TellsExitAndSignal) {
    auto exits = spawn({.program = "/bin/busybox", .args = {"sh", "-c", "exit 7"}});
    EXPECT_EQ(pidfd_reap(exits.pidfd.get())->status(), 7);
    auto sleeps = spawn({.program = "/bin/busybox", .args = {"sleep", "100"}});
    EXPECT_FALSE(pidfd_reap(sleeps.pidfd.get(), false));
    EXPECT_FALSE(pidfd_wait_exit(sleeps.pidfd.get(), 1));
    EXPECT_TRUE(pidfd_send_signal(sleeps.pidfd.get(), SIGKILL));
    EXPECT_EQ(pidfd_reap(sleeps.pidfd.get())->status(), 137);
}

TEST(Proc, StatusSurvivesOddNames) {
    ::prctl(PR_SET_NAME, ") R 1 (", 0, 0, 0);
    auto status = process_status(::getpid());
    ::prctl(PR_SET_NAME, "unit_linux", 0, 0, 0);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->parent, ::getppid());
    EXPECT_GT(status->start_time, 0U);
    EXPECT_FALSE(process_status(99999999));
}

TEST(Namespace, TheWrongKindIsRefused) {
    EXPECT_TRUE(open_namespace("/proc/self/ns/net", *find_namespace_kind("network")));
    EXPECT_THROW(open_namespace("/proc/self/ns/net", *find_namespace_kind("uts")), InvalidArgument);
    EXPECT_THROW(open_namespace("/dev/null", *find_namespace_kind("uts")), InvalidArgument);
}

TEST(IdMapping, ANamespaceKeepsIt) {
    auto mapped = mapping_namespace({{0, 100000, 65536}}, {{0, 100000, 65536}});
    EXPECT_TRUE(mapped);
}

TEST(Terminal, OnlyARealOneIsOpened) {
    UniqueFd null(::open("/dev/null", O_PATH | O_CLOEXEC));
    int master = -1, slave = -1;
    EXPECT_EQ(try_open_terminal(null.get(), master, slave), -ENXIO);
    UniqueFd ptmx(::open("/dev/pts/ptmx", O_PATH | O_CLOEXEC));
    if (!ptmx) GTEST_SKIP() << "this host has no devpts";
    ASSERT_EQ(try_open_terminal(ptmx.get(), master, slave), 0);
    UniqueFd master_end(master), slave_end(slave);
    set_terminal_size(master, {24, 80});
    EXPECT_EQ(terminal_size(slave).columns, 80);
}

}  // namespace
}  // namespace dhow::linux
