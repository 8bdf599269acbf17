// Class C: masks, read-only paths, kernel settings.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/error.hpp"
#include "support/bundle/bundle.hpp"

namespace dhow::runtime {
namespace {

using test::Bundle;
using testing::HasSubstr;
using testing::Not;

// CVE-2017-16539, CVE-2018-10892: what is masked reads as nothing
TEST(Masks, WhatIsMaskedIsEmpty) {
    Bundle bundle;
    std::string script;
    for (const auto& path : test::default_masked_paths())
        script += fmt::format("[ -d {0} ] && ls -A {0}; [ -f {0} -o -c {0} ] && cat {0}; ", path);
    EXPECT_EQ(bundle.shell(script).text, "");
}

TEST(Masks, WhatIsReadOnlyIsNotWritten) {
    Bundle bundle;
    // A new namespace's ip_forward is what the host's is.
    auto output = bundle.shell(
        "before=$(cat /proc/sys/net/ipv4/ip_forward); echo $((1 - before)) > /proc/sys/net/ipv4/ip_forward; "
        "echo x > /proc/sys/kernel/core_pattern; echo b > /proc/sysrq-trigger; touch /sys/fs/cgroup/pids/x; "
        "[ $before = $(cat /proc/sys/net/ipv4/ip_forward) ] && echo unchanged");
    EXPECT_THAT(output.text, HasSubstr("unchanged\n"));
}

TEST(Masks, ThePrivateMaskIsNotTheHostsNullDevice) {
    struct stat before{}, after{};
    ASSERT_EQ(::stat("/dev/null", &before), 0);
    Bundle bundle;
    bundle.shell("chmod 000 /dev/null; chmod 000 /proc/kcore; chmod 000 /proc/keys; rm -f /dev/null");
    ASSERT_EQ(::stat("/dev/null", &after), 0);
    EXPECT_EQ(before.st_mode, after.st_mode);
    EXPECT_EQ(after.st_rdev, makedev(1, 3));
}

// CVE-2025-31133: an image or a volume puts something else in the null device's place
TEST(Masks, AFalseNullDeviceIsRefused) {
    for (int kind = 0; kind < 3; ++kind) {
        Bundle bundle;
        auto dev = bundle.folder() / "dev";
        std::filesystem::create_directories(dev / "pts");
        std::filesystem::create_directories(dev / "shm");
        std::filesystem::create_directories(dev / "mqueue");
        if (kind == 0) std::filesystem::create_symlink("/proc/sys/kernel/core_pattern", dev / "null");
        if (kind == 1) test::write_file(dev / "null", "");
        if (kind == 2) {
            ASSERT_EQ(::mknod((dev / "null").c_str(), S_IFCHR | 0666, makedev(1, 5)), 0);
        }
        for (auto& mount : bundle.config.mounts)
            if (mount.destination == "/dev")
                mount = {.destination = "/dev", .type = "bind", .source = dev, .options = {"rbind"}};
        EXPECT_THROW(bundle.shell("true"), Error) << kind;
        EXPECT_TRUE(bundle.gone());
    }
}

// CVE-2022-0811
TEST(Sysctls, NothingIsSmuggled) {
    const std::pair<const char*, const char*> table[] = {{"net.ipv4.ip_forward", "1\nkernel.core_pattern=x"},
                                                         {"net.ipv4.x+kernel.core_pattern", "|/bin/sh"},
                                                         {"net/../kernel/core_pattern", "|/bin/sh"},
                                                         {"kernel.core_pattern", "|/bin/sh"}};
    for (const auto& [name, value] : table) {
        Bundle bundle;
        bundle.config.linux.sysctl = {{name, value}};
        EXPECT_THROW(bundle.shell("true"), InvalidArgument) << name;
    }
}

// CVE-2022-0532
TEST(Sysctls, TheHostsAreNotWritten) {
    Bundle bundle;
    std::erase_if(bundle.config.linux.namespaces, [](const auto& each) { return each.type == "network"; });
    bundle.config.linux.sysctl = {{"net.ipv4.ip_forward", "1"}};
    EXPECT_THROW(bundle.shell("true"), InvalidArgument);
}

// CVE-2023-25809, CVE-2022-0492
TEST(Cgroups, AreReadOnlyInside) {
    Bundle bundle;
    auto output = bundle.shell(
        "for f in $(busybox find /sys/fs/cgroup -type f -name '*procs' -o -name release_agent); "
        "do echo x > $f && echo written; done; mkdir /sys/fs/cgroup/memory/x && echo made");
    EXPECT_THAT(output.text, Not(HasSubstr("written")));
    EXPECT_THAT(output.text, Not(HasSubstr("made")));
}

// CVE-2025-52565: the console is the terminal itself, not what a name in /dev/pts leads to
TEST(Console, AFalseConsoleIsRefused) {
    Bundle bundle;
    auto dev = bundle.folder() / "dev";
    for (const char* name : {"pts", "shm", "mqueue"}) std::filesystem::create_directories(dev / name);
    ASSERT_EQ(::mknod((dev / "null").c_str(), S_IFCHR | 0666, makedev(1, 3)), 0);
    std::filesystem::create_symlink("/proc/sys/kernel/core_pattern", dev / "console");
    for (auto& mount : bundle.config.mounts)
        if (mount.destination == "/dev")
            mount = {.destination = "/dev", .type = "bind", .source = dev, .options = {"rbind"}};
    bundle.config.process->terminal = true;
    EXPECT_THROW(bundle.create("true"), SystemError);
}

}  // namespace
}  // namespace dhow::runtime
