#include "linux/seccomp.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "linux/seccomp_shrink.hpp"

namespace dhow::linux {

namespace {

std::uint32_t action_of(std::string_view name, std::uint32_t value) {
    if (name == "SCMP_ACT_ALLOW") return SCMP_ACT_ALLOW;
    if (name == "SCMP_ACT_ERRNO") return SCMP_ACT_ERRNO(value);
    if (name == "SCMP_ACT_KILL" || name == "SCMP_ACT_KILL_THREAD") return SCMP_ACT_KILL_THREAD;
    if (name == "SCMP_ACT_KILL_PROCESS") return SCMP_ACT_KILL_PROCESS;
    if (name == "SCMP_ACT_TRAP") return SCMP_ACT_TRAP;
    if (name == "SCMP_ACT_TRACE") return SCMP_ACT_TRACE(value);
    if (name == "SCMP_ACT_LOG") return SCMP_ACT_LOG;
    if (name == "SCMP_ACT_NOTIFY")
        throw InvalidArgument("seccomp: SCMP_ACT_NOTIFY needs an agent that listens, which is not supported");
    throw InvalidArgument("seccomp: unknown action \"{}\"", name);
}

scmp_compare comparison_of(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, scmp_compare>, 7> known{{
        {"SCMP_CMP_NE", SCMP_CMP_NE},
        {"SCMP_CMP_LT", SCMP_CMP_LT},
        {"SCMP_CMP_LE", SCMP_CMP_LE},
        {"SCMP_CMP_EQ", SCMP_CMP_EQ},
        {"SCMP_CMP_GE", SCMP_CMP_GE},
        {"SCMP_CMP_GT", SCMP_CMP_GT},
        {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
    }};
    for (const auto& [text, operation] : known)
        if (text == name) return operation;
    throw InvalidArgument("seccomp: unknown operator \"{}\"", name);
}

void check_result(int result, std::string_view what) {
    if (result < 0) throw SystemError(-result, fmt::format("seccomp: {}", what));
}

/// Put before a program: of this machine's calls, those with a greater number than `greatest` get ENOSYS. On
/// x86-64, x32's calls have a bit set far above all numbers: the program itself judges those.
SeccompProgram unknown_calls_prologue(std::uint32_t greatest) {
    constexpr std::uint32_t x32_bit = 0x40000000;
#if defined(__x86_64__)
    constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
    constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
#error "name this machine's AUDIT_ARCH here"
#endif
    return {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, x32_bit, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, greatest, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
    };
}

SeccompProgram export_program(scmp_filter_ctx filter) {
    UniqueFd memory(check(::memfd_create("seccomp", MFD_CLOEXEC), "create memory for the filter"));
    check_result(::seccomp_export_bpf(filter, memory.get()), "compile the filter");
    auto size = check(::lseek(memory.get(), 0, SEEK_END), "measure the filter");
    SeccompProgram program(static_cast<std::size_t>(size) / sizeof(sock_filter));
    check(::pread(memory.get(), program.data(), program.size() * sizeof(sock_filter), 0), "read the filter");
    return program;
}

}  // namespace

struct SeccompBuilder::Context {
    scmp_filter_ctx filter;
    ~Context() {
        if (filter) ::seccomp_release(filter);
    }
};

SeccompBuilder::SeccompBuilder(std::string_view default_action, std::uint32_t value)
    : context_(std::make_unique<Context>()), default_action_(action_of(default_action, value)) {
    context_->filter = ::seccomp_init(default_action_);
    if (!context_->filter) throw InternalError("seccomp: cannot make a filter");
    ::seccomp_attr_set(context_->filter, SCMP_FLTATR_CTL_NNP, 0);
    check_result(::seccomp_attr_set(context_->filter, SCMP_FLTATR_CTL_OPTIMIZE, 2), "choose the tree");
}

SeccompBuilder::~SeccompBuilder() = default;
SeccompBuilder::SeccompBuilder(SeccompBuilder&&) noexcept = default;

void SeccompBuilder::add_architecture(std::string_view name) {
    constexpr std::string_view prefix = "SCMP_ARCH_";
    std::string word;
    if (name.starts_with(prefix))
        for (char letter : name.substr(prefix.size()))
            word += static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
    auto architecture = word.empty() ? 0 : ::seccomp_arch_resolve_name(word.c_str());
    if (architecture == 0) throw InvalidArgument("seccomp: unknown architecture \"{}\"", name);
    int result = ::seccomp_arch_add(context_->filter, architecture);
    if (result != -EEXIST) check_result(result, "add an architecture");
}

void SeccompBuilder::add_rule(std::string_view action, std::uint32_t value, const std::string& call,
                              const std::vector<SeccompComparison>& comparisons) {
    auto what = action_of(action, value);
    int number = ::seccomp_syscall_resolve_name(call.c_str());
    if (number == __NR_SCMP_ERROR) return;
    if (number > greatest_call_) greatest_call_ = number;
    if (what == default_action_) return;
    std::vector<scmp_arg_cmp> arguments;
    for (const auto& comparison : comparisons) {
        if (comparison.argument > 5)
            throw InvalidArgument("seccomp: {} has no argument {}", call, comparison.argument);
        arguments.push_back({.arg = comparison.argument,
                             .op = comparison_of(comparison.operation),
                             .datum_a = comparison.value,
                             .datum_b = comparison.value_two});
    }
    int result = ::seccomp_rule_add_array(context_->filter, what, number,
                                          static_cast<unsigned>(arguments.size()), arguments.data());
    // A rule that a more general one already covers.
    if (result != -EEXIST) check_result(result, "add a rule for " + call);
}

SeccompProgram SeccompBuilder::compile() const { return shrink_seccomp(compile_plainly()); }

SeccompProgram SeccompBuilder::compile_plainly() const {
    auto program = export_program(context_->filter);
    if (!unknown_missing_ || greatest_call_ < 0 || default_action_ == SCMP_ACT_ALLOW) return program;
    auto whole = unknown_calls_prologue(static_cast<std::uint32_t>(greatest_call_));
    whole.insert(whole.end(), program.begin(), program.end());
    return whole;
}

unsigned seccomp_flag(std::string_view name) {
    if (name == "SECCOMP_FILTER_FLAG_LOG") return SECCOMP_FILTER_FLAG_LOG;
    if (name == "SECCOMP_FILTER_FLAG_SPEC_ALLOW") return SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    // The process has one thread when it loads its filter.
    if (name == "SECCOMP_FILTER_FLAG_TSYNC") return 0;
    throw InvalidArgument("seccomp: unknown flag \"{}\"", name);
}

std::string seccomp_compiler_version() {
    const auto* version = ::seccomp_version();
    return fmt::format("{}.{}.{}", version->major, version->minor, version->micro);
}

int try_load_seccomp(const sock_filter* program, std::size_t length, unsigned flags) noexcept {
    sock_fprog filter{.len = static_cast<unsigned short>(length),
                      .filter = const_cast<sock_filter*>(program)};
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter) < 0 ? -errno : 0;
}

}  // namespace dhow::linux
