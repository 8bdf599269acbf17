// The default seccomp profile, as tables. Everything that is not here fails with EPERM.
//
// It allows what Docker's default profile allows, so that what runs there runs here. What is absent on
// purpose: the kernel's keyrings (add_key, keyctl, request_key: not namespaced), io_uring_* (its operations
// pass no filter), userfaultfd, kexec_*, swapon, nfsservctl, ..., new namespaces and mounts without
// CAP_SYS_ADMIN, and sockets of the families AF_ALG and AF_VSOCK. (A 32-bit program can still make those by
// socketcall(2), whose arguments lie in memory where no filter sees them; denying that call breaks 32-bit
// programs of older C libraries.)

#include <array>
#include <cerrno>

#include <sched.h>
#include <sys/personality.h>

#include "bundle/seccomp.hpp"

namespace dhow::bundle {

namespace {

/// Allowed to everyone, whatever the arguments.
constexpr std::array always_allowed{
    // Signals and timers.
    "adjtimex alarm clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime "
    "clock_gettime64 clock_nanosleep clock_nanosleep_time64 getitimer gettimeofday kill nanosleep pause "
    "pidfd_send_signal restart_syscall rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo "
    "rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo setitimer "
    "sigaltstack signalfd signalfd4 sigprocmask sigreturn tgkill time timer_create timer_delete "
    "timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create "
    "timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times tkill",
    // Sockets.
    "accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg "
    "recvmmsg_time64 recvmsg send sendmmsg sendmsg sendto setsockopt shutdown socketcall socketpair",
    // Memory.
    "brk cachestat fadvise64 fadvise64_64 madvise map_shadow_stack membarrier memfd_create memfd_secret "
    "mincore mlock mlock2 mlockall mmap mmap2 mprotect mremap mseal msync munlock munlockall munmap "
    "pkey_alloc pkey_free pkey_mprotect process_mrelease readahead remap_file_pages",
    // System V and POSIX message queues, semaphores, shared memory; futexes.
    "futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake get_robust_list ipc "
    "mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend "
    "mq_timedsend_time64 mq_unlink msgctl msgget msgrcv msgsnd semctl semget semop semtimedop "
    "semtimedop_time64 set_robust_list shmat shmctl shmdt shmget",
    // Waiting for descriptors.
    "epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait "
    "epoll_wait_old eventfd eventfd2 fanotify_mark inotify_add_watch inotify_init inotify_init1 "
    "inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup "
    "io_submit _newselect poll ppoll ppoll_time64 pselect6 pselect6_time64 select",
    // Users, groups, limits, scheduling.
    "capget capset getcpu getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 "
    "getpriority getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getuid getuid32 "
    "ioprio_get ioprio_set prlimit64 sched_getaffinity sched_getattr sched_getparam "
    "sched_get_priority_max sched_get_priority_min sched_getscheduler sched_rr_get_interval "
    "sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam sched_setscheduler "
    "sched_yield setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 "
    "setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 "
    "setrlimit setuid setuid32 ugetrlimit",
    // Processes.
    "execve execveat exit exit_group fork getpgid getpgrp getpid getppid getrandom getsid "
    "get_thread_area gettid landlock_add_rule landlock_create_ruleset landlock_restrict_self pidfd_open "
    "prctl riscv_hwprobe rseq seccomp setpgid setsid set_thread_area set_tid_address sysinfo umask uname "
    "uretprobe vfork wait4 waitid waitpid process_vm_readv process_vm_writev ptrace",
    // Files and directories.
    "access chdir chmod chown chown32 close close_range copy_file_range creat dup dup2 dup3 faccessat "
    "faccessat2 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64 "
    "fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs "
    "fstatfs64 fsync ftruncate ftruncate64 futimesat getcwd getdents getdents64 getxattr getxattrat "
    "ioctl lchown lchown32 lgetxattr link linkat listmount listxattr listxattrat llistxattr _llseek "
    "lremovexattr lseek lsetxattr lstat lstat64 mkdir mkdirat mknod mknodat name_to_handle_at newfstatat "
    "open openat openat2 pipe pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readlink "
    "readlinkat readv removexattr removexattrat rename renameat renameat2 rmdir sendfile sendfile64 "
    "setxattr setxattrat splice stat stat64 statfs statfs64 statmount statx symlink symlinkat sync "
    "sync_file_range syncfs tee truncate truncate64 unlink unlinkat utime utimensat utimensat_time64 "
    "utimes vmsplice write writev",
};

struct Conditional {
    const char* condition;
    const char* calls;
};

/// Allowed to containers that have the capability.
constexpr std::array with_capability{
    Conditional{"CAP_DAC_READ_SEARCH", "open_by_handle_at"},
    Conditional{
        "CAP_SYS_ADMIN",
        "bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie lsm_get_self_attr "
        "lsm_list_modules lsm_set_self_attr mount mount_setattr move_mount open_tree perf_event_open "
        "quotactl quotactl_fd setdomainname sethostname setns syslog umount umount2 unshare"},
    Conditional{"CAP_SYS_BOOT", "reboot"},
    Conditional{"CAP_SYS_CHROOT", "chroot"},
    Conditional{"CAP_SYS_MODULE", "delete_module init_module finit_module"},
    Conditional{"CAP_SYS_PACCT", "acct"},
    Conditional{"CAP_SYS_PTRACE", "kcmp pidfd_getfd process_madvise"},
    Conditional{"CAP_SYS_RAWIO", "iopl ioperm"},
    Conditional{"CAP_SYS_TIME", "settimeofday stime clock_settime clock_settime64"},
    Conditional{"CAP_SYS_TTY_CONFIG", "vhangup"},
    Conditional{"CAP_SYS_NICE", "get_mempolicy mbind set_mempolicy set_mempolicy_home_node"},
    Conditional{"CAP_SYSLOG", "syslog"},
    Conditional{"CAP_BPF", "bpf"},
    Conditional{"CAP_PERFMON", "perf_event_open"},
};

/// Allowed on machines of the architecture (Go's name).
constexpr std::array on_architecture{
    Conditional{"amd64", "arch_prctl modify_ldt"},
    Conditional{"arm64",
                "arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls"},
    Conditional{"riscv64", "riscv_flush_icache"},
};

/// Address families of socket(2) that are allowed, by ranges: all but DECnet, Econet, ATM SVCs, IrDA,
/// WANPIPE, Bluetooth's neighbours without users, CAIF, AF_ALG (38: the kernel's crypto, a page-cache write
/// in 2026) and AF_VSOCK (40: reaches the hypervisor, and is not namespaced).
struct Range {
    std::uint32_t first, last;
};
constexpr std::array socket_families{Range{0, 11},  Range{13, 18}, Range{21, 22}, Range{24, 24},
                                     Range{26, 33}, Range{35, 36}, Range{39, 39}, Range{41, 45}};

/// personality(2): PER_LINUX, PER_LINUX32, each with UNAME26, and the query.
constexpr std::array<std::uint64_t, 5> personalities{PER_LINUX, PER_LINUX32, UNAME26,
                                                     UNAME26 | std::uint64_t{PER_LINUX32}, 0xffffffff};

constexpr std::uint64_t new_namespaces =
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> result;
    while (!text.empty()) {
        auto end = text.find(' ');
        result.emplace_back(text.substr(0, end));
        if (end == text.npos) break;
        text.remove_prefix(end + 1);
    }
    return result;
}

SeccompRule allow(std::vector<std::string> names) {
    SeccompRule rule;
    rule.names = std::move(names);
    rule.action = "SCMP_ACT_ALLOW";
    return rule;
}

SeccompRule allow_when(const char* name, oci::SeccompArgument argument) {
    auto rule = allow({name});
    rule.args.push_back(std::move(argument));
    return rule;
}

void add_argument_rules(SeccompProfile& profile) {
    for (auto [first, last] : socket_families) {
        if (first == 0) {
            profile.rules.push_back(allow_when("socket", {0, last + 1, 0, "SCMP_CMP_LT"}));
            continue;
        }
        for (auto family = first; family <= last; ++family)
            profile.rules.push_back(allow_when("socket", {0, family, 0, "SCMP_CMP_EQ"}));
    }
    for (auto personality : personalities)
        profile.rules.push_back(allow_when("personality", {0, personality, 0, "SCMP_CMP_EQ"}));
    // The flags of clone are its first argument on every architecture of `architecture_map`.
    auto clone = allow_when("clone", {0, new_namespaces, 0, "SCMP_CMP_MASKED_EQ"});
    clone.excludes.capabilities = {"CAP_SYS_ADMIN"};
    profile.rules.push_back(std::move(clone));
    // Its flags lie in memory: "no such call" makes the C library fall back to clone.
    SeccompRule clone3;
    clone3.names = {"clone3"};
    clone3.action = "SCMP_ACT_ERRNO";
    clone3.errno_ret = ENOSYS;
    clone3.excludes.capabilities = {"CAP_SYS_ADMIN"};
    profile.rules.push_back(std::move(clone3));
}

SeccompProfile build_profile() {
    SeccompProfile profile;
    profile.default_action = "SCMP_ACT_ERRNO";
    profile.default_errno_ret = EPERM;
    profile.architecture_map = {{"SCMP_ARCH_X86_64", {"SCMP_ARCH_X86", "SCMP_ARCH_X32"}},
                                {"SCMP_ARCH_AARCH64", {"SCMP_ARCH_ARM"}},
                                {"SCMP_ARCH_RISCV64", {}}};
    std::vector<std::string> names;
    for (const char* group : always_allowed)
        for (auto& name : words(group)) names.push_back(std::move(name));
    profile.rules.push_back(allow(std::move(names)));
    for (const auto& [condition, calls] : with_capability) {
        auto rule = allow(words(calls));
        rule.includes.capabilities = {condition};
        profile.rules.push_back(std::move(rule));
    }
    for (const auto& [condition, calls] : on_architecture) {
        auto rule = allow(words(calls));
        rule.includes.architectures = {condition};
        profile.rules.push_back(std::move(rule));
    }
    add_argument_rules(profile);
    return profile;
}

}  // namespace

const SeccompProfile& default_seccomp_profile() {
    static const SeccompProfile profile = build_profile();
    return profile;
}

}  // namespace dhow::bundle
