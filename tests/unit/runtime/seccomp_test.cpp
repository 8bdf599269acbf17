// The short program decides every call as the long one does: both are run here, instruction by instruction.

#include "bundle/seccomp.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <random>

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>

#include "linux/seccomp_shrink.hpp"
#include "runtime/parent/seccomp.hpp"

namespace dhow::linux {
namespace {

std::uint32_t jump(const sock_filter& step, std::uint32_t value) {
    bool yes = false;
    switch (BPF_OP(step.code)) {
        case BPF_JA:
            return step.k;
        case BPF_JEQ:
            yes = value == step.k;
            break;
        case BPF_JGE:
            yes = value >= step.k;
            break;
        case BPF_JGT:
            yes = value > step.k;
            break;
        case BPF_JSET:
            yes = value & step.k;
            break;
        default:
            ADD_FAILURE() << "no such jump: " << step.code;
    }
    return yes ? step.jt : step.jf;
}

/// What the kernel does with a program (seccomp(2)).
std::uint32_t run(const SeccompProgram& program, const seccomp_data& call) {
    std::uint32_t value = 0;
    for (std::size_t at = 0; at < program.size(); ++at) {
        const auto& step = program[at];
        if (step.code == (BPF_RET | BPF_K)) return step.k;
        if (step.code == (BPF_LD | BPF_W | BPF_ABS))
            std::memcpy(&value, reinterpret_cast<const char*>(&call) + step.k, sizeof value);
        else if (step.code == (BPF_ALU | BPF_AND | BPF_K))
            value &= step.k;
        else
            at += jump(step, value);
    }
    ADD_FAILURE() << "the program does not end";
    return 0;
}

void expect_same_decisions(const SeccompProgram& long_one, const SeccompProgram& short_one) {
    std::mt19937_64 random(1);
    constexpr std::array<std::uint64_t, 8> values{0, 1, 8, 16, 38, 40, CLONE_NEWUSER, ~0ULL};
    auto compare = [&](std::uint32_t architecture, std::uint32_t number) {
        for (int round = 0; round < 12; ++round) {
            seccomp_data call{};
            call.arch = architecture;
            call.nr = static_cast<int>(number);
            for (auto& argument : call.args) argument = round < 8 ? values[random() % 8] : random();
            ASSERT_EQ(run(long_one, call), run(short_one, call))
                << "call " << number << " of architecture " << architecture;
        }
    };
    constexpr std::array<std::uint32_t, 4> architectures{AUDIT_ARCH_X86_64, AUDIT_ARCH_I386,
                                                         AUDIT_ARCH_AARCH64, 0};
    for (auto architecture : architectures) {
        for (std::uint32_t number = 0; number < 700; ++number) {
            compare(architecture, number);
            compare(architecture, number | 0x40000000);
        }
        for (std::uint32_t number : {0x3fffffffU, 0x7fffffffU, 0x80000000U, 0xffffffffU})
            compare(architecture, number);
    }
}

TEST(SeccompShrink, DefaultProfileDecidesTheSameInHalfTheLength) {
    auto capabilities = std::vector<std::string>{"CAP_CHOWN", "CAP_SYS_CHROOT"};
    auto profile = bundle::resolve_seccomp(bundle::default_seccomp_profile(), capabilities);
    auto long_one = runtime::parent::seccomp_builder(profile).compile_plainly();
    auto short_one = shrink_seccomp(long_one);
    expect_same_decisions(long_one, short_one);
    EXPECT_LT(short_one.size(), long_one.size() / 2) << long_one.size();
}

TEST(SeccompShrink, RulesAboutArgumentsAreKept) {
    SeccompBuilder builder("SCMP_ACT_ALLOW", 0);
    builder.add_rule("SCMP_ACT_ERRNO", EACCES, "socket", {{0, "SCMP_CMP_EQ", 38, 0}});
    builder.add_rule("SCMP_ACT_ERRNO", EPERM, "clone",
                     {{0, "SCMP_CMP_MASKED_EQ", CLONE_NEWUSER, CLONE_NEWUSER}});
    builder.add_rule("SCMP_ACT_KILL_PROCESS", 0, "reboot", {});
    builder.add_rule("SCMP_ACT_ERRNO", ENOSYS, "personality", {{0, "SCMP_CMP_GT", 8, 0}});
    auto long_one = builder.compile_plainly();
    expect_same_decisions(long_one, shrink_seccomp(long_one));
}

TEST(SeccompShrink, ProgramThatIsNotUnderstoodStaysAsItIs) {
    SeccompProgram program{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 1),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    auto result = shrink_seccomp(program);
    ASSERT_EQ(result.size(), program.size());
    EXPECT_EQ(result[1].code, program[1].code);
}

}  // namespace
}  // namespace dhow::linux
