// Containers, on the real kernel.

#include "runtime/container.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "linux/pidfd.hpp"
#include "linux/terminal.hpp"
#include "support/bundle/bundle.hpp"

namespace dhow::runtime {
namespace {

using test::Bundle;
using test::Output;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Container, GivesOutputAndStatusAndLeavesNothing) {
    Bundle bundle;
    auto output = bundle.shell("echo hello; exit 7");
    EXPECT_EQ(output.text, "hello\n");
    EXPECT_EQ(output.status, 7);
    EXPECT_TRUE(bundle.gone());
}

TEST(Container, HasNamespacesOfItsOwn) {
    Bundle bundle;
    auto output = bundle.shell(
        "for n in mnt uts ipc net pid cgroup; do readlink /proc/self/ns/$n; done; "
        "hostname; cat /proc/self/cgroup; echo $$");
    for (const char* name : {"mnt", "uts", "ipc", "net", "pid", "cgroup"}) {
        auto own = std::filesystem::read_symlink(fmt::format("/proc/self/ns/{}", name)).native();
        EXPECT_THAT(output.text, Not(HasSubstr(own))) << name;
    }
    EXPECT_THAT(output.text, HasSubstr("tested\n"));
    EXPECT_THAT(output.text, HasSubstr(":/\n"));
    EXPECT_THAT(output.text, Not(HasSubstr(bundle.id)));
    EXPECT_TRUE(output.text.ends_with("\n1\n")) << output.text;
}

TEST(Container, SharesTheNamespacesThatAreNotAskedFor) {
    Bundle bundle;
    std::erase_if(bundle.config.linux.namespaces, [](const auto& each) { return each.type == "network"; });
    auto own = std::filesystem::read_symlink("/proc/self/ns/net").native();
    EXPECT_EQ(bundle.shell("readlink /proc/self/ns/net").text, own + "\n");
}

TEST(Container, JoinsANetworkNamespaceByPathAndByDescriptor) {
    Bundle first;
    auto created = first.create("sleep 100");
    auto path = fmt::format("/proc/{}/ns/net", created.process.pid);
    auto name = std::filesystem::read_symlink(path).native();

    Bundle by_path;
    for (auto& each : by_path.config.linux.namespaces)
        if (each.type == "network") each.path = path;
    EXPECT_EQ(by_path.shell("readlink /proc/self/ns/net").text, name + "\n");

    Bundle by_descriptor;
    by_descriptor.config.process->args = {"/bin/sh", "-c", "readlink /proc/self/ns/net > /tmp/name"};
    by_descriptor.write_config();
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    auto second = create({.id = by_descriptor.id,
                          .bundle = by_descriptor.folder(),
                          .state_root = by_descriptor.state_root(),
                          .network_namespace = fd.get()});
    second.start();
    linux::pidfd_reap(second.process.pidfd.get());
    UniqueFd file(::open((by_descriptor.rootfs() / "tmp/name").c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(test::read_all(file.get()), name + "\n");
}

TEST(Container, JoinsAPidNamespaceByPath) {
    Bundle first;
    auto created = first.create("sleep 100");
    created.start();
    Bundle second;
    for (auto& each : second.config.linux.namespaces)
        if (each.type == "pid") each.path = fmt::format("/proc/{}/ns/pid", created.process.pid);
    EXPECT_THAT(second.shell("ps").text, HasSubstr("sleep 100"));
    auto own = std::filesystem::read_symlink("/proc/self/ns/pid_for_children");
    EXPECT_EQ(own, std::filesystem::read_symlink("/proc/self/ns/pid"));
}

TEST(Container, ANewNetworkNamespaceHasItsLoopbackUp) {
    Bundle bundle;
    EXPECT_THAT(bundle.shell("cat /proc/net/if_inet6 /proc/net/route; busybox ip addr show lo").text,
                HasSubstr("127.0.0.1"));
}

TEST(Container, TheRootIsAnOverlayOfManyLayers) {
    Bundle bundle;
    std::string lower;
    for (int i = 0; i < 120; ++i) {
        auto layer = bundle.folder() / fmt::format("layer{}", i);
        std::filesystem::create_directories(layer);
        test::write_file(layer / fmt::format("file{}", i), fmt::format("{}\n", i));
        lower += layer.native() + ":";
    }
    for (const char* name : {"upper", "work", "mountpoint"})
        std::filesystem::create_directories(bundle.folder() / name);
    auto& annotations = bundle.config.annotations;
    annotations["dhow.overlay.lowerdirs"] = lower + bundle.rootfs().native();
    annotations["dhow.overlay.upperdir"] = bundle.folder() / "upper";
    annotations["dhow.overlay.workdir"] = bundle.folder() / "work";
    bundle.config.root.path = bundle.folder() / "mountpoint";
    auto output = bundle.shell("cat /file0 /file119; echo written > /new; grep -c . /proc/mounts");
    EXPECT_THAT(output.text, StartsWith("0\n119\n"));
    EXPECT_TRUE(std::filesystem::exists(bundle.folder() / "upper/new"));
    EXPECT_TRUE(std::filesystem::is_empty(bundle.folder() / "mountpoint"));
}

TEST(Container, AnOverlayRootOutlivesItsContainerUntilItIsLetGo) {
    Bundle bundle;
    for (const char* name : {"upper", "work"}) std::filesystem::create_directories(bundle.folder() / name);
    auto& annotations = bundle.config.annotations;
    annotations["dhow.overlay.lowerdirs"] = bundle.rootfs();
    annotations["dhow.overlay.upperdir"] = bundle.folder() / "upper";
    annotations["dhow.overlay.workdir"] = bundle.folder() / "work";
    auto created = bundle.create("echo written > /new");
    created.start();
    linux::pidfd_reap(created.process.pidfd.get());
    auto path = fmt::format("/proc/self/fd/{}/new", created.process.root.get());
    EXPECT_TRUE(std::filesystem::exists(path));
    created.process.root.reset();
    EXPECT_TRUE(std::filesystem::exists(bundle.folder() / "upper/new"));
}

TEST(Container, AReadOnlyRootIsReadOnly) {
    Bundle bundle;
    bundle.config.root.readonly = true;
    auto output = bundle.shell("touch /x; touch /dev/shm/y && echo shm");
    EXPECT_THAT(output.text, HasSubstr("Read-only file system"));
    EXPECT_THAT(output.text, HasSubstr("shm\n"));
}

TEST(Container, BindsFoldersAndFiles) {
    Bundle bundle;
    auto source = bundle.folder() / "source";
    std::filesystem::create_directories(source);
    test::write_file(source / "file", "content\n");
    bundle.config.mounts.push_back(
        {.destination = "/some/where", .type = "bind", .source = source, .options = {"rbind", "ro"}});
    bundle.config.mounts.push_back({.destination = "/etc/deep/name",
                                    .type = "bind",
                                    .source = source / "file",
                                    .options = {"rbind", "rprivate"}});
    auto output =
        bundle.shell("cat /some/where/file /etc/deep/name; touch /some/where/x; echo more >> /etc/deep/name");
    EXPECT_THAT(output.text, StartsWith("content\ncontent\n"));
    EXPECT_THAT(output.text, HasSubstr("Read-only"));
    EXPECT_EQ(std::filesystem::file_size(source / "file"), 13U);
}

TEST(Container, AMissingSourceIsNamed) {
    Bundle bundle;
    bundle.config.mounts.push_back(
        {.destination = "/x", .type = "bind", .source = "/no/such", .options = {"rbind"}});
    try {
        bundle.shell("true");
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.message(), HasSubstr("/no/such"));
    }
    EXPECT_TRUE(bundle.gone());
}

TEST(Container, ATmpfsHasItsOptions) {
    Bundle bundle;
    bundle.config.mounts.push_back({.destination = "/scratch",
                                    .type = "tmpfs",
                                    .source = "tmpfs",
                                    .options = {"noexec", "nosuid", "nodev", "size=1m", "mode=1770"}});
    auto output = bundle.shell(
        "grep /scratch /proc/mounts; stat -c %a /scratch; "
        "dd if=/dev/zero of=/scratch/x bs=64k count=32");
    EXPECT_THAT(output.text, HasSubstr("noexec"));
    EXPECT_THAT(output.text, HasSubstr("\n1770\n"));
    EXPECT_THAT(output.text, HasSubstr("No space left"));
}

TEST(Container, RunsAsTheUserThatWasAskedFor) {
    Bundle bundle;
    bundle.config.process->user = {.uid = 1000, .gid = 1001, .umask = 077, .additional_gids = {5, 7}};
    auto output = bundle.shell("id; touch /tmp/x; echo $HOME");
    EXPECT_THAT(output.text, HasSubstr("uid=1000"));
    EXPECT_THAT(output.text, HasSubstr("gid=1001 groups=5,7"));
    EXPECT_THAT(output.text, HasSubstr("/home/user"));
}

TEST(Container, HomeComesFromTheEnvironmentFirst) {
    Bundle bundle;
    bundle.config.process->env.push_back("HOME=/elsewhere");
    EXPECT_EQ(bundle.shell("echo $HOME").text, "/elsewhere\n");
}

TEST(Container, HasTheLimitsThatWereAskedFor) {
    Bundle bundle;
    bundle.config.process->rlimits = {{"RLIMIT_NOFILE", 512, 128}, {"RLIMIT_CORE", 0, 0}};
    EXPECT_EQ(bundle.shell("ulimit -n; ulimit -Hn; ulimit -c").text, "128\n512\n0\n");
}

TEST(Container, MakesItsWorkingDirectory) {
    Bundle bundle;
    bundle.config.process->cwd = "/new/work";
    EXPECT_EQ(bundle.shell("pwd").text, "/new/work\n");
}

TEST(Container, HasTheDevicesOfTheSpecification) {
    Bundle bundle;
    bundle.config.linux.devices.push_back(
        {.type = "c", .path = "/dev/odd/zero", .major = 1, .minor = 5, .file_mode = 0640, .gid = 9});
    auto output = bundle.shell(
        "ls -l /dev; ls -l /dev/odd; head -c 3 /dev/urandom | wc -c; echo x > /dev/full; "
        "mknod /tmp/sda b 8 0 && cat /tmp/sda");
    for (const char* name : {"null", "zero", "full", "random", "urandom", "tty"})
        EXPECT_THAT(output.text, HasSubstr(std::string(" ") + name + "\n"));
    EXPECT_THAT(output.text, HasSubstr("pts/ptmx"));
    EXPECT_THAT(output.text, HasSubstr("/proc/self/fd"));
    EXPECT_THAT(output.text, HasSubstr("crw-r-----    1 root     9           1,   5"));
    EXPECT_THAT(output.text, HasSubstr("\n3\n"));
    EXPECT_THAT(output.text, HasSubstr("Operation not permitted"));
}

TEST(Container, SetsItsOwnKernelSettings) {
    Bundle bundle;
    bundle.config.linux.sysctl = {{"net.ipv4.ip_forward", "1"}, {"kernel.shm_rmid_forced", "1"}};
    EXPECT_EQ(bundle.shell("cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shm_rmid_forced").text,
              "1\n1\n");
}

TEST(Container, ATerminalIsItsControllingTerminal) {
    Bundle bundle;
    bundle.config.process->terminal = true;
    bundle.config.process->console_size = oci::ConsoleSize{.height = 33, .width = 77};
    auto created = bundle.create("tty; stty size; ls -l /dev/console; echo done > /dev/tty");
    ASSERT_TRUE(created.process.terminal);
    created.start();
    auto text = test::read_all(created.process.terminal.get());
    linux::pidfd_reap(created.process.pidfd.get());
    EXPECT_THAT(text, HasSubstr("/dev/pts/0"));
    EXPECT_THAT(text, HasSubstr("33 77"));
    EXPECT_THAT(text, HasSubstr("136,   0"));
    EXPECT_THAT(text, HasSubstr("done"));
}

TEST(Container, CountsKillsForMemory) {
    Bundle bundle;
    bundle.config.linux.resources->memory = oci::Memory{.limit = 8 << 20, .swap = 8 << 20};
    auto created = bundle.create("x=$(head -c 50000000 /dev/zero | tr '\\0' a); echo ${#x}");
    created.start();
    EXPECT_EQ(linux::pidfd_reap(created.process.pidfd.get())->status(), 137);
    EXPECT_GE(oom_kills(bundle.state_root(), bundle.id), 1U);
}

TEST(Container, HasARootThatIsMappedInAUserNamespace) {
    Bundle bundle;
    bundle.config.linux.namespaces.push_back({"user", ""});
    bundle.config.linux.uid_mappings = {{0, 100000, 65536}};
    bundle.config.linux.gid_mappings = {{0, 100000, 65536}};
    bundle.config.process->rlimits = {{"RLIMIT_NOFILE", 2048, 1024}};
    for (const auto& entry : std::filesystem::recursive_directory_iterator(bundle.rootfs()))
        ASSERT_EQ(::lchown(entry.path().c_str(), 100000, 100000), 0);
    ASSERT_EQ(::chown(bundle.rootfs().c_str(), 100000, 100000), 0);
    auto output =
        bundle.shell("id -u; cat /proc/self/uid_map; echo x > /dev/null && echo null; ulimit -n; ls -n /tmp");
    EXPECT_THAT(output.text, StartsWith("0\n"));
    EXPECT_THAT(output.text, HasSubstr("100000"));
    EXPECT_THAT(output.text, HasSubstr("null\n1024"));
}

TEST(Container, SeccompHolds) {
    Bundle bundle;
    bundle.config.linux.seccomp = oci::Seccomp{
        .default_action = "SCMP_ACT_ALLOW",
        .architectures = {"SCMP_ARCH_X86_64"},
        .syscalls = {{.names = {"mkdir", "mkdirat"}, .action = "SCMP_ACT_ERRNO", .errno_ret = ENOTTY}}};
    for (bool no_new_privileges : {false, true}) {
        bundle.config.process->no_new_privileges = no_new_privileges;
        auto output = bundle.shell("mkdir /tmp/x; grep -E 'Seccomp:|NoNewPrivs' /proc/self/status");
        EXPECT_THAT(output.text, HasSubstr("Inappropriate ioctl"));
        EXPECT_THAT(output.text, HasSubstr("Seccomp:\t2"));
        EXPECT_THAT(output.text, HasSubstr(fmt::format("NoNewPrivs:\t{}", no_new_privileges ? 1 : 0)));
    }
}

struct BadProgram {
    const char* program;
    ErrorKind kind;
    const char* words;
};

TEST(Container, SaysWhyAProgramCannotRun) {
    const BadProgram table[] = {
        {"nosuch", ErrorKind::not_found, "exec: \"nosuch\": executable file not found in $PATH"},
        {"/bin/nosuch", ErrorKind::not_found,
         "exec: \"/bin/nosuch\": stat /bin/nosuch: no such file or directory"},
        {"/bin", ErrorKind::forbidden, "exec: \"/bin\": is a directory: permission denied"},
        {"/etc/passwd", ErrorKind::forbidden, "exec: \"/etc/passwd\": permission denied"},
        {"/etc/garbage", ErrorKind::forbidden, "exec /etc/garbage: exec format error"},
    };
    for (const auto& row : table) {
        Bundle bundle;
        test::write_file(bundle.rootfs() / "etc/garbage", "\x7f garbage");
        std::filesystem::permissions(bundle.rootfs() / "etc/garbage", std::filesystem::perms(0755));
        try {
            bundle.run({row.program});
            ADD_FAILURE() << row.program << " ran";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), row.kind) << row.program;
            EXPECT_EQ(error.message(), row.words);
        }
        EXPECT_TRUE(bundle.gone());
    }
}

TEST(Container, WhatIsNeverStartedLeavesNothing) {
    Bundle bundle;
    {
        auto created = bundle.create("true");
    }
    EXPECT_TRUE(bundle.gone());
}

TEST(Container, AnIdIsTakenOnce) {
    Bundle bundle;
    auto created = bundle.create("true");
    EXPECT_THROW(bundle.create("true"), Conflict);
    EXPECT_EQ(state(bundle.state_root(), bundle.id).status, Status::created);
}

TEST(Container, IsStartedByName) {
    Bundle bundle;
    bundle.config.process->args = {"/bin/sh", "-c", "exit 5"};
    bundle.write_config();
    auto created = create({.id = bundle.id,
                           .bundle = bundle.folder(),
                           .state_root = bundle.state_root(),
                           .start_by_name = true});
    created.leave_waiting();
    EXPECT_EQ(state(bundle.state_root(), bundle.id).status, Status::created);
    start_by_name(bundle.state_root(), bundle.id);
    EXPECT_EQ(linux::pidfd_reap(created.process.pidfd.get())->status(), 5);
    EXPECT_EQ(state(bundle.state_root(), bundle.id).status, Status::stopped);
    EXPECT_THROW(start_by_name(bundle.state_root(), bundle.id), Conflict);
}

TEST(Container, DiesWithItsParentWhenAsked) {
    Bundle bundle;
    bundle.config.process->args = {"/bin/sleep", "100"};
    bundle.write_config();
    pid_t parent = ::fork();
    if (parent == 0) {
        auto created = create({.id = bundle.id,
                               .bundle = bundle.folder(),
                               .state_root = bundle.state_root(),
                               .die_with_parent = true});
        created.start();
        ::_exit(0);
    }
    auto pidfd = linux::pidfd_open(parent);
    EXPECT_EQ(linux::pidfd_reap(pidfd.get())->status(), 0);
    for (int i = 0; i < 2000 && state(bundle.state_root(), bundle.id).status != Status::stopped; ++i)
        ::usleep(1000);
    EXPECT_EQ(state(bundle.state_root(), bundle.id).status, Status::stopped);
}

}  // namespace
}  // namespace dhow::runtime
