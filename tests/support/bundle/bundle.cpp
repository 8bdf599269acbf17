#include "support/bundle/bundle.hpp"

#include <fstream>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "linux/cgroup/hierarchy.hpp"
#include "linux/pidfd.hpp"
#include "oci/example_config.hpp"

namespace dhow::test {

namespace {

constexpr const char* commands[] = {
    "cat",   "chmod", "dd",    "echo",  "env",   "false", "grep", "head", "hostname", "id",     "kill",
    "ln",    "ls",    "mkdir", "mknod", "mount", "mv",    "ps",   "pwd",  "readlink", "rm",     "sh",
    "sleep", "stat",  "stty",  "tail",  "test",  "touch", "true", "tty",  "tr",       "umount", "wc"};

void make_rootfs(const std::filesystem::path& rootfs) {
    for (const char* folder : {"bin", "etc", "tmp", "root"})
        std::filesystem::create_directories(rootfs / folder);
    std::filesystem::copy_file("/bin/busybox", rootfs / "bin/busybox");
    for (const char* command : commands) std::filesystem::create_symlink("busybox", rootfs / "bin" / command);
    write_file(rootfs / "etc/passwd",
               "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n");
}

oci::Process default_process() {
    oci::Process process;
    process.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
    auto names = default_capabilities();
    process.capabilities = oci::Capabilities{.bounding = names, .effective = names, .permitted = names};
    return process;
}

UniqueFd open_null() { return UniqueFd(check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open /dev/null")); }

struct Pipe {
    UniqueFd reader, writer;
    Pipe() {
        int ends[2];
        check(::pipe2(ends, O_CLOEXEC), "pipe");
        reader.reset(ends[0]);
        writer.reset(ends[1]);
    }
};

}  // namespace

TemporaryFolder::TemporaryFolder() {
    auto path = (std::filesystem::temp_directory_path() / "dhow-test-XXXXXX").native();
    if (!::mkdtemp(path.data())) throw_errno("make a temporary folder");
    path_ = path;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> default_capabilities() {
    return {"CAP_CHOWN",      "CAP_DAC_OVERRIDE", "CAP_FSETID",      "CAP_FOWNER",          "CAP_MKNOD",
            "CAP_NET_RAW",    "CAP_SETGID",       "CAP_SETUID",      "CAP_SETFCAP",         "CAP_SETPCAP",
            "CAP_SYS_CHROOT", "CAP_KILL",         "CAP_AUDIT_WRITE", "CAP_NET_BIND_SERVICE"};
}

std::vector<std::string> default_masked_paths() {
    return {"/proc/asound",      "/proc/acpi",          "/proc/interrupts", "/proc/kcore",
            "/proc/keys",        "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
            "/proc/sched_debug", "/proc/scsi",          "/sys/firmware",    "/sys/devices/virtual/powercap"};
}

std::vector<std::string> default_read_only_paths() {
    return {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
}

Bundle::Bundle() : id("test-" + random_hex(6)) {
    // As the programs do: what is between clone and exec must not be traceable.
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    make_rootfs(rootfs());
    config = oci::example_runtime_config();
    config.process = default_process();
    config.root.readonly = false;
    config.hostname = "tested";
    config.linux.masked_paths = default_masked_paths();
    config.linux.readonly_paths = default_read_only_paths();
}

Bundle::~Bundle() {
    try {
        runtime::remove(state_root(), id, true);
    } catch (const Error&) {
        return;
    }
}

void Bundle::write_config() const { write_file(folder() / "config.json", oci::write_runtime_config(config)); }

Output Bundle::run(std::vector<std::string> args) {
    config.process->args = std::move(args);
    write_config();
    Pipe output;
    auto null = open_null();
    auto created = runtime::create({.id = id,
                                    .bundle = folder(),
                                    .state_root = state_root(),
                                    .streams = {null.get(), output.writer.get(), output.writer.get()}});
    output.writer.reset();
    created.start();
    auto text = read_all(output.reader.get());
    auto status = linux::pidfd_reap(created.process.pidfd.get())->status();
    runtime::remove(state_root(), id, false);
    return {status, text};
}

runtime::Created Bundle::create(const std::string& script) {
    config.process->args = {"/bin/sh", "-c", script};
    write_config();
    return runtime::create({.id = id, .bundle = folder(), .state_root = state_root(), .streams = {}});
}

oci::Process Bundle::process(std::vector<std::string> args) const {
    auto process = *config.process;
    process.args = std::move(args);
    process.terminal = false;
    return process;
}

Output Bundle::exec(oci::Process process) {
    Pipe output;
    auto null = open_null();
    auto made = runtime::exec(
        runtime::RunningContainer(state_root(), id),
        {.process = std::move(process), .streams = {null.get(), output.writer.get(), output.writer.get()}});
    output.writer.reset();
    auto text = read_all(output.reader.get());
    return {linux::pidfd_reap(made.pidfd.get())->status(), text};
}

bool Bundle::gone() const {
    if (std::filesystem::exists(state_root() / id)) return false;
    for (const auto& hierarchy : linux::cgroup::hierarchies())
        if (::faccessat(hierarchy.root.get(), ("dhow/" + id).c_str(), F_OK, 0) == 0) return false;
    return true;
}

std::string read_all(int fd) {
    std::string text;
    char buffer[4096];
    for (;;) {
        auto length = ::read(fd, buffer, sizeof buffer);
        if (length < 0 && errno == EINTR) continue;
        // EIO is how a terminal ends.
        if (length <= 0) return text;
        text.append(buffer, static_cast<std::size_t>(length));
    }
}

void write_file(const std::filesystem::path& path, const std::string& content) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << content;
}

}  // namespace dhow::test
