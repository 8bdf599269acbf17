// The verbs on containers that exist: exec, kill, pause, update, hooks, remove.

#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "base/error.hpp"
#include "linux/pidfd.hpp"
#include "support/bundle/bundle.hpp"

namespace dhow::runtime {
namespace {

using test::Bundle;
using testing::HasSubstr;
using testing::StartsWith;

/// Whether a process has a handler for a signal: SigCgt in proc_pid_status(5).
bool catches(pid_t pid, int signal) {
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    for (std::string name, value; status >> name;)
        if (name == "SigCgt:" && status >> value)
            return (std::stoull(value, nullptr, 16) >> (signal - 1) & 1) != 0;
    return false;
}

class Running : public testing::Test {
  protected:
    Running() : created(bundle.create("trap 'exit 3' TERM; while true; do sleep 0.05; done")) {
        created.start();
    }
    ~Running() override {
        ::kill(created.process.pid, SIGKILL);
        linux::pidfd_reap(created.process.pidfd.get());
    }
    Bundle bundle;
    Created created;
};

TEST_F(Running, ExecIsInside) {
    auto output = bundle.exec_shell("hostname; cat /proc/self/cgroup; ps | grep -c trap; echo $HOME");
    EXPECT_EQ(output.status, 0);
    EXPECT_THAT(output.text, StartsWith("tested\n"));
    EXPECT_THAT(output.text, HasSubstr(":/\n"));
    EXPECT_THAT(output.text, HasSubstr("/root\n"));
    for (const char* name : {"mnt", "uts", "ipc", "net", "pid", "cgroup"}) {
        auto of_first =
            std::filesystem::read_symlink(fmt::format("/proc/{}/ns/{}", created.process.pid, name));
        EXPECT_EQ(bundle.exec_shell(fmt::format("readlink /proc/self/ns/{}", name)).text,
                  of_first.native() + "\n");
    }
}

TEST_F(Running, ExecHasAUserAndAFolderOfItsOwn) {
    auto process = bundle.process({"/bin/sh", "-c", "id -u; id -G; pwd; echo $A; exit 4"});
    process.user = {.uid = 1000, .gid = 7, .umask = {}, .additional_gids = {9}};
    process.cwd = "/tmp";
    process.env.push_back("A=b");
    auto output = bundle.exec(process);
    EXPECT_EQ(output.text, "1000\n7 9\n/tmp\nb\n");
    EXPECT_EQ(output.status, 4);
}

TEST_F(Running, ExecHasATerminal) {
    auto process = bundle.process({"/bin/sh", "-c", "tty; stty size"});
    process.terminal = true;
    process.console_size = oci::ConsoleSize{.height = 11, .width = 22};
    auto made = exec(RunningContainer(bundle.state_root(), bundle.id), {.process = process, .streams = {}});
    auto text = test::read_all(made.terminal.get());
    linux::pidfd_reap(made.pidfd.get());
    EXPECT_THAT(text, HasSubstr("/dev/pts/0"));
    EXPECT_THAT(text, HasSubstr("11 22"));
}

TEST_F(Running, ExecSaysWhyItCannot) {
    EXPECT_THROW(bundle.exec(bundle.process({"nosuch"})), NotFound);
    EXPECT_THROW(bundle.exec(bundle.process({"/etc/passwd"})), Forbidden);
    auto process = bundle.process({"true"});
    process.cwd = "/no/such/folder";
    EXPECT_THROW(bundle.exec(process), NotFound);
}

TEST_F(Running, SignalsReachTheFirstProcess) {
    EXPECT_EQ(state(bundle.state_root(), bundle.id).status, Status::running);
    // The shell sets its trap a moment after its exec; before it the signal is lost.
    for (int i = 0; i < 1000 && !catches(created.process.pid, SIGTERM); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    kill(bundle.state_root(), bundle.id, SIGTERM, false);
    EXPECT_TRUE(linux::pidfd_wait_exit(created.process.pidfd.get(), 10'000));
    EXPECT_EQ(state(bundle.state_root(), bundle.id).status, Status::stopped);
    EXPECT_THROW(kill(bundle.state_root(), bundle.id, SIGTERM, false), Conflict);
    EXPECT_THROW(bundle.exec_shell("true"), Conflict);
}

TEST_F(Running, PausesAndResumes) {
    pause(bundle.state_root(), bundle.id);
    EXPECT_EQ(state(bundle.state_root(), bundle.id).status, Status::paused);
    EXPECT_THROW(pause(bundle.state_root(), bundle.id), Conflict);
    EXPECT_THROW(bundle.exec_shell("true"), Conflict);
    resume(bundle.state_root(), bundle.id);
    EXPECT_EQ(state(bundle.state_root(), bundle.id).status, Status::running);
    EXPECT_THROW(resume(bundle.state_root(), bundle.id), Conflict);
}

TEST_F(Running, APausedOneIsRemovedByForce) {
    pause(bundle.state_root(), bundle.id);
    EXPECT_THROW(remove(bundle.state_root(), bundle.id, false), Conflict);
    remove(bundle.state_root(), bundle.id, true);
    EXPECT_TRUE(bundle.gone());
}

TEST_F(Running, LimitsChange) {
    oci::Resources resources;
    resources.memory = oci::Memory{.limit = 32 << 20};
    resources.pids = oci::Pids{.limit = 33};
    update(bundle.state_root(), bundle.id, resources);
    auto now = stats(bundle.state_root(), bundle.id);
    EXPECT_EQ(now.memory_limit, 32U << 20);
    EXPECT_EQ(now.pids_limit, 33U);
    EXPECT_GE(now.pids, 1U);
}

TEST_F(Running, ProcessesAreListed) {
    auto pids = processes(bundle.state_root(), bundle.id);
    EXPECT_THAT(pids, testing::Contains(created.process.pid));
}

TEST_F(Running, IsListed) {
    auto all = list(bundle.state_root());
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all.front().id, bundle.id);
    EXPECT_EQ(all.front().pid, created.process.pid);
}

TEST(Verbs, UnknownContainersAreNotFound) {
    Bundle bundle;
    EXPECT_THROW(state(bundle.state_root(), "nothing"), NotFound);
    EXPECT_THROW(kill(bundle.state_root(), "nothing", SIGTERM, false), NotFound);
    EXPECT_THROW(state(bundle.state_root(), "../x"), InvalidArgument);
    EXPECT_TRUE(list(bundle.state_root()).empty());
}

TEST(Hooks, RunInTheirOrderWithTheStateAsInput) {
    Bundle bundle;
    auto log = bundle.folder() / "log";
    std::filesystem::create_directories(bundle.rootfs() / "hooks");
    auto hook = [&](const char* name) {
        return oci::Hook{
            .path = "/bin/sh",
            .args = {"sh", "-c", fmt::format("cat > /dev/null; echo {} >> {}", name, log.native())},
            .env = {"PATH=/bin:/usr/bin"}};
    };
    auto& hooks = bundle.config.hooks;
    hooks.prestart = {hook("prestart")};
    hooks.create_runtime = {hook("createRuntime")};
    hooks.create_container = {hook("createContainer")};
    hooks.start_container = {{.path = "/bin/sh", .args = {"sh", "-c", "cat > /hooks/startContainer"}}};
    hooks.poststart = {hook("poststart")};
    hooks.poststop = {hook("poststop")};
    bundle.shell("cat /hooks/startContainer > /hooks/seen");
    UniqueFd file(::open(log.c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(test::read_all(file.get()), "prestart\ncreateRuntime\ncreateContainer\npoststart\npoststop\n");
    UniqueFd seen(::open((bundle.rootfs() / "hooks/seen").c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_THAT(test::read_all(seen.get()), HasSubstr(bundle.id));
}

TEST(Hooks, AFailureUndoesTheContainer) {
    for (int which = 0; which < 3; ++which) {
        Bundle bundle;
        oci::Hook bad{.path = "/bin/sh", .args = {"sh", "-c", "echo because >&2; exit 9"}};
        auto& hooks = bundle.config.hooks;
        (which == 0   ? hooks.create_runtime
         : which == 1 ? hooks.create_container
                      : hooks.start_container) = {bad};
        EXPECT_THROW(bundle.shell("true"), Error) << which;
        EXPECT_TRUE(bundle.gone()) << which;
    }
}

TEST(Hooks, ATimeoutEndsThem) {
    Bundle bundle;
    bundle.config.hooks.create_runtime = {{.path = "/bin/sleep", .args = {"sleep", "100"}, .timeout = 1}};
    EXPECT_THROW(bundle.shell("true"), InternalError);
    EXPECT_TRUE(bundle.gone());
}

}  // namespace
}  // namespace dhow::runtime
