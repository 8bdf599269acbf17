// config.json for typical specs, against files that were read by a person; and what is refused.

#include "bundle/bundle.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "bundle/capabilities.hpp"
#include "bundle/mounts.hpp"
#include "bundle/resources.hpp"
#include "bundle/seccomp.hpp"
#include "oci/runtime_config_json.hpp"

namespace dhow::bundle {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Spec plain_spec() {
    Spec spec;
    spec.id = "0123456789ab";
    spec.hostname = "0123456789ab";
    spec.root = "/run/dhow/rootfs/0123456789ab";
    spec.overlay = {{"/layers/two", "/layers/one"}, "/upper", "/work"};
    spec.args = {"sh", "-c", "true"};
    spec.namespaces.cgroup.mode = Namespace::Mode::host;
    // The profile has its own tests, and would be most of the file.
    spec.security.seccomp = Security::Seccomp::unconfined;
    return spec;
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Compares with golden/<name>.json; UPDATE_GOLDEN=1 in the environment writes it instead.
void expect_golden(const std::string& name, const Spec& spec) {
    auto text = json::dump_pretty(json::to(build(spec)), 2) + "\n";
    auto path = fs::path(GOLDEN_DIRECTORY) / (name + ".json");
    if (std::getenv("UPDATE_GOLDEN")) std::ofstream(path) << text;
    EXPECT_EQ(read_file(path), text);
}

TEST(BundleGolden, Plain) { expect_golden("plain", plain_spec()); }

TEST(BundleGolden, ManyOptions) {
    auto spec = plain_spec();
    spec.env = {"A=1", "PATH=/bin", "A=2", "TERM"};
    spec.tty = true;
    spec.init = true;
    spec.init_path = "/usr/libexec/dhow/init";
    spec.cwd = "/srv";
    spec.user = {33, 33, {33, 29}, "/srv/www"};
    spec.read_only_root = true;
    spec.domainname = "example.org";
    spec.hosts_path = "/c/hosts";
    spec.hostname_path = "/c/hostname";
    spec.resolv_conf_path = "/c/resolv.conf";
    spec.mounts = {{.source = "/data/deep", .destination = "/data/deep/er", .read_only = true},
                   {.source = "/data", .destination = "/data/", .recursive = false},
                   {.kind = Mount::Kind::tmpfs, .destination = "/run", .tmpfs_options = {"size=1m", "exec"}},
                   {.source = "/c/other-hosts", .destination = "/etc/hosts"}};
    spec.namespaces.pid = {Namespace::Mode::host, ""};
    spec.namespaces.network = {Namespace::Mode::join, "/proc/7/ns/net"};
    spec.cap_add = {"net_admin"};
    spec.cap_drop = {"CAP_MKNOD", "chown"};
    spec.security.no_new_privileges = true;
    spec.devices = {{"/dev/null", "/dev/nothing", "rw"}};
    spec.device_cgroup_rules = {{'b', 8, {}, "r"}};
    spec.rlimits = {{"nofile", 1024, 2048}, {"core", -1, -1}};
    spec.sysctls = {{"kernel.msgmax", "65536"}};
    spec.resources.memory = 64 << 20;
    spec.resources.nano_cpus = 500'000'000;
    spec.resources.pids_limit = 100;
    spec.oom_score_adj = 100;
    expect_golden("many_options", spec);
}

TEST(BundlePrivileged, HidesNothingAndAllowsAll) {
    auto spec = plain_spec();
    spec.privileged = true;
    spec.security.seccomp = Security::Seccomp::standard;
    auto config = build(spec);
    EXPECT_FALSE(config.linux.seccomp);
    EXPECT_TRUE(config.linux.masked_paths.empty());
    EXPECT_TRUE(config.linux.readonly_paths.empty());
    EXPECT_THAT(config.process->capabilities->bounding, Contains("CAP_SYS_ADMIN"));
    EXPECT_TRUE(config.process->capabilities->inheritable.empty());
    for (const auto& mount : config.mounts) {
        if (mount.destination.starts_with("/sys")) {
            EXPECT_THAT(mount.options, Not(Contains("ro")));
        }
    }
    ASSERT_EQ(config.linux.resources->devices.size(), 1U);
    EXPECT_TRUE(config.linux.resources->devices[0].allow);
}

TEST(BundleMasks, AreTheKnownList) {
    EXPECT_THAT(build(plain_spec()).linux.masked_paths,
                ElementsAre("/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys",
                            "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list",
                            "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware"));
}

TEST(BundleCapabilities, NonRootHasNoneEffective) {
    auto spec = plain_spec();
    spec.user.uid = 1000;
    auto sets = *build(spec).process->capabilities;
    EXPECT_TRUE(sets.effective.empty());
    EXPECT_TRUE(sets.permitted.empty());
    EXPECT_TRUE(sets.ambient.empty());
    EXPECT_EQ(sets.bounding.size(), 14U);
}

TEST(BundleCapabilities, AddAndDropAll) {
    EXPECT_THAT(resolve_capabilities(false, {"chown"}, {"ALL"}), ElementsAre("CAP_CHOWN"));
    EXPECT_THAT(resolve_capabilities(false, {"all"}, {"CAP_SYS_ADMIN"}), Not(Contains("CAP_SYS_ADMIN")));
    EXPECT_THAT(resolve_capabilities(false, {"all"}, {"CAP_SYS_ADMIN"}), Contains("CAP_SYS_TIME"));
    EXPECT_THROW(resolve_capabilities(false, {"CAP_FLY"}, {}), InvalidArgument);
}

TEST(BundleSysctls, OnlyNamespacedOnes) {
    auto with = [](const char* name, const char* value) {
        auto spec = plain_spec();
        spec.sysctls = {{name, value}};
        return spec;
    };
    EXPECT_NO_THROW(build(with("net.core.somaxconn", "1024")));
    EXPECT_NO_THROW(build(with("net/ipv4/conf/eth0.1/forwarding", "1")));
    for (const char* name :
         {"kernel.core_pattern", "vm.swappiness", "kernel.shm_rmid_forced+kernel.core_pattern", "net..core",
          "net.ipv4/../../kernel/core_pattern", "", "kernel/core_pattern"})
        EXPECT_THROW(build(with(name, "1")), InvalidArgument) << name;
    EXPECT_THROW(build(with("net.core.somaxconn", "1\nkernel.core_pattern=|/x")), InvalidArgument);
    auto host_network = with("net.core.somaxconn", "1");
    host_network.namespaces.network.mode = Namespace::Mode::host;
    EXPECT_THROW(build(host_network), InvalidArgument);
}

TEST(BundleRefusals, SayWhatIsWrong) {
    auto expect = [](auto change, const char* text) {
        auto spec = plain_spec();
        change(spec);
        try {
            build(spec);
            ADD_FAILURE() << "not refused: " << text;
        } catch (const InvalidArgument& error) {
            EXPECT_THAT(error.message(), HasSubstr(text));
        }
    };
    expect([](Spec& s) { s.args.clear(); }, "no command specified");
    expect([](Spec& s) { s.cwd = "relative"; }, "needs to be an absolute path");
    expect([](Spec& s) { s.devices = {{"/dev/none-such"}}; }, "no such file or directory");
    expect([](Spec& s) { s.devices = {{"/etc/passwd"}}; }, "not a device node");
    expect([](Spec& s) { s.devices = {{"/dev/null", "", "x"}}; }, "invalid device mode");
    expect([](Spec& s) { s.rlimits = {{"flying", 1, 1}}; }, "invalid ulimit type");
    expect([](Spec& s) { s.rlimits = {{"nofile", 2, 1}}; }, "soft limit");
    expect([](Spec& s) { s.resources.memory = 1024; }, "Minimum memory limit allowed is 6MB");
    expect([](Spec& s) { s.resources.memory_swap = 1 << 30; }, "You should always set the Memory limit");
    expect([](Spec& s) { s.resources.cpuset_cpus = "4000"; }, "Requested CPUs are not available");
    expect([](Spec& s) { s.resources.cpuset_cpus = "0-99999999999999999999"; }, "cpuset cpus");
    expect([](Spec& s) { s.resources.nano_cpus = 1; }, "range of CPUs");
    expect([](Spec& s) { s.mounts = {{.source = "/x", .destination = "/"}}; }, "destination can't be '/'");
    expect([](Spec& s) { s.mounts = {{.source = "/x", .destination = "y"}}; }, "must be absolute");
    expect(
        [](Spec& s) {
            s.mounts = {{.kind = Mount::Kind::tmpfs, .destination = "/t", .tmpfs_options = {"lowerdir=/"}}};
        },
        "Invalid tmpfs option");
    expect([](Spec& s) { s.security = {.seccomp = Security::Seccomp::profile, .seccomp_profile = "{"}; },
           "Decoding seccomp profile failed");
}

TEST(BundleSeccomp, DefaultDependsOnCapabilities) {
    auto names = [](const std::vector<std::string>& capabilities) {
        std::vector<std::string> allowed;
        for (const auto& rule : resolve_seccomp(default_seccomp_profile(), capabilities).syscalls)
            if (rule.action == "SCMP_ACT_ALLOW" && rule.args.empty())
                allowed.insert(allowed.end(), rule.names.begin(), rule.names.end());
        return allowed;
    };
    auto plain = names({"CAP_CHOWN"});
    for (const char* call :
         {"mount", "unshare", "bpf", "keyctl", "add_key", "io_uring_setup", "userfaultfd", "clone3", "setns",
          "reboot", "perf_event_open", "kexec_load", "init_module", "socket", "clone"})
        EXPECT_THAT(plain, Not(Contains(call)));
    EXPECT_THAT(plain, Contains("openat2"));
    EXPECT_THAT(names({"CAP_SYS_ADMIN"}), Contains("mount"));
    EXPECT_THAT(names({"CAP_SYS_BOOT"}), Contains("reboot"));
}

TEST(BundleSeccomp, ReadsDockersFormat) {
    auto profile = read_seccomp_profile(R"({"defaultAction":"SCMP_ACT_ALLOW",
        "archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86"]}],
        "syscalls":[{"name":"chmod","action":"SCMP_ACT_ERRNO","errnoRet":5},
                    {"names":["mount"],"action":"SCMP_ACT_ERRNO","excludes":{"caps":["CAP_SYS_ADMIN"]}},
                    {"names":["ptrace"],"action":"SCMP_ACT_ERRNO","includes":{"minKernel":"99.0"}}]})");
    auto seccomp = resolve_seccomp(profile, {"CAP_SYS_ADMIN"});
    ASSERT_EQ(seccomp.syscalls.size(), 1U);
    EXPECT_THAT(seccomp.syscalls[0].names, ElementsAre("chmod"));
    EXPECT_EQ(seccomp.syscalls[0].errno_ret, 5U);
}

TEST(BundleEtc, FilesAreDockers) {
    char name[] = "/tmp/dhow-etc-XXXXXX";
    fs::path directory = ::mkdtemp(name);
    EtcFiles files;
    files.hostname = "box";
    files.hosts = {{"172.17.0.2", "box"}};
    files.host_resolv_conf = "nameserver 127.0.0.53\n# x\nsearch a b\noptions edns0\n";
    ::umask(0077);
    auto paths = write_etc(files, directory);
    EXPECT_EQ(read_file(paths.hostname), "box\n");
    EXPECT_THAT(read_file(paths.hosts), HasSubstr("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost"));
    EXPECT_THAT(read_file(paths.hosts), HasSubstr("172.17.0.2\tbox\n"));
    EXPECT_THAT(read_file(paths.resolv_conf),
                HasSubstr("nameserver 8.8.8.8\nnameserver 8.8.4.4\nsearch a b\noptions edns0\n"));
    struct stat status{};
    ASSERT_EQ(::stat(paths.hosts.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0644U);
    files.hosts.clear();
    write_etc(files, directory);
    struct stat again{};
    ASSERT_EQ(::stat(paths.hosts.c_str(), &again), 0);
    EXPECT_EQ(status.st_ino, again.st_ino);
    EXPECT_THAT(read_file(paths.hosts), Not(HasSubstr("box")));
    fs::remove_all(directory);
}

TEST(BundleExec, TakesTheContainersProcess) {
    char name[] = "/tmp/dhow-exec-XXXXXX";
    fs::path directory = ::mkdtemp(name);
    auto spec = plain_spec();
    spec.tty = true;
    spec.env = {"A=1"};
    spec.user = {1000, 1000, {1000}, "/home/u"};
    write(spec, directory);
    auto process = exec_process(read_exec_base(directory),
                                {.args = {"id"}, .env = {"A=2", "B=3"}, .user = "0"}, ::getpid());
    EXPECT_THAT(process.args, ElementsAre("id"));
    EXPECT_THAT(process.env, Contains("A=2"));
    EXPECT_THAT(process.env, Contains("HOME=/root"));
    EXPECT_THAT(process.env, Not(Contains("TERM=xterm")));
    EXPECT_FALSE(process.terminal);
    EXPECT_EQ(process.capabilities->effective.size(), 14U);
    EXPECT_THAT(exec_process(read_exec_base(directory), {.args = {"id"}, .privileged = true}, ::getpid())
                    .capabilities->bounding,
                Contains("CAP_SYS_ADMIN"));
    fs::remove_all(directory);
}

}  // namespace
}  // namespace dhow::bundle
