// Class B: descriptors and the runtime's own program.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.hpp"
#include "linux/pidfd.hpp"
#include "linux/spawn.hpp"
#include "support/bundle/bundle.hpp"

namespace dhow::runtime {
namespace {

using test::Bundle;
using testing::HasSubstr;

// Of the shell, not of what lists them.
constexpr const char* list_descriptors = "ls -1 /proc/$$/fd; true";

// CVE-2024-21626, CVE-2016-9962
TEST(Descriptors, ThreeAreHandedIn) {
    UniqueFd leaked(::open("/etc", O_RDONLY | O_DIRECTORY));  // without O_CLOEXEC
    UniqueFd high(::fcntl(leaked.get(), F_DUPFD, 500));
    Bundle bundle;
    EXPECT_EQ(bundle.shell(list_descriptors).text, "0\n1\n2\n");
    auto created = bundle.create("sleep 100");
    created.start();
    EXPECT_EQ(bundle.exec_shell(list_descriptors).text, "0\n1\n2\n");
}

TEST(Descriptors, ThreeAreHandedInWithATerminal) {
    UniqueFd leaked(::open("/etc", O_RDONLY | O_DIRECTORY));
    Bundle bundle;
    bundle.config.process->terminal = true;
    auto created = bundle.create(list_descriptors);
    created.start();
    EXPECT_EQ(test::read_all(created.process.terminal.get()), "0\r\n1\r\n2\r\n");
    linux::pidfd_reap(created.process.pidfd.get());
}

TEST(Descriptors, TheNullDeviceIsTheContainersOwn) {
    Bundle bundle;
    auto created = bundle.create("sleep 100");
    created.start();
    auto output = bundle.exec_shell("stat -L -c '%d %i' /proc/1/fd/0 /dev/null");
    auto line = output.text.find('\n');
    EXPECT_EQ(output.text.substr(0, line), output.text.substr(line + 1, line)) << output.text;
}

// CVE-2019-5736: the program of the container is the runtime itself, which it then tries to overwrite
TEST(OwnProgram, CannotBeOverwrittenFromInside) {
    Bundle bundle;
    bundle.config.process->args = {"/bin/sh", "-c", "sleep 100"};
    bundle.write_config();
    auto before = std::filesystem::last_write_time(DHOW_RUNTIME);
    auto root = bundle.state_root().native();
    UniqueFd console(::open("/dev/null", O_RDWR | O_CLOEXEC));
    auto created = linux::spawn(
        {.program = DHOW_RUNTIME,
         .args = {"dhow-runtime", "--root", root, "create", "--bundle", bundle.folder(), bundle.id},
         .env = {},
         .descriptors = {{2, 2}}});
    ASSERT_EQ(linux::pidfd_reap(created.pidfd.get())->status(), 0);
    // The container's first process is still the runtime's program: what its file is reached through is
    // read-only, also once nothing executes it any more and the kernel would no longer say "text file busy".
    auto exe = fmt::format("/proc/{}/exe", state(bundle.state_root(), bundle.id).pid);
    struct statvfs mount{};
    ASSERT_EQ(::statvfs(exe.c_str(), &mount), 0);
    EXPECT_TRUE(mount.f_flag & ST_RDONLY);
    EXPECT_LT(::open(exe.c_str(), O_WRONLY | O_CLOEXEC), 0);
    UniqueFd held(::open(exe.c_str(), O_RDONLY | O_CLOEXEC));
    remove(bundle.state_root(), bundle.id, true);
    auto again = fmt::format("/proc/self/fd/{}", held.get());
    EXPECT_LT(::open(again.c_str(), O_WRONLY | O_CLOEXEC), 0);
    EXPECT_EQ(errno, EROFS);
    EXPECT_EQ(std::filesystem::last_write_time(DHOW_RUNTIME), before);
}

// CVE-2016-9962: what waits for its exec cannot be traced from inside
TEST(OwnProgram, IsNotTraceableBeforeItsExec) {
    Bundle first;
    auto running = first.create("sleep 100");
    running.start();
    Bundle second;
    for (auto& each : second.config.linux.namespaces)
        if (each.type == "pid") each.path = fmt::format("/proc/{}/ns/pid", running.process.pid);
    auto waiting = second.create("true");
    auto output =
        first.exec_shell("for p in /proc/[0-9]*; do for f in $p/exe $p/cwd $p/fd/*; do stat $f; done; done");
    EXPECT_THAT(output.text, testing::Not(HasSubstr("security_runtime")));
    EXPECT_THAT(output.text, HasSubstr("ermission denied"));
}

}  // namespace
}  // namespace dhow::runtime
