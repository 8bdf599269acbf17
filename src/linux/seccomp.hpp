#pragma once
// Filters of system calls: seccomp(2), and libseccomp to compile them.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <linux/filter.h>

namespace dhow::linux {

/// A compiled filter: what the kernel loads.
using SeccompProgram = std::vector<sock_filter>;

/// A comparison of one argument of a system call.
struct SeccompComparison {
    unsigned argument = 0;       ///< 0 to 5
    std::string_view operation;  ///< as "SCMP_CMP_EQ"
    std::uint64_t value = 0;
    std::uint64_t value_two = 0;  ///< of SCMP_CMP_MASKED_EQ: the value, `value` being the mask
};

/// Builds a filter. The words are those of the OCI runtime specification ("SCMP_ACT_ERRNO", ...).
class SeccompBuilder {
  public:
    /// What happens to a call without a rule; `value` is the errno of SCMP_ACT_ERRNO, or SCMP_ACT_TRACE's.
    /// @throws InvalidArgument for an unknown word.
    SeccompBuilder(std::string_view default_action, std::uint32_t value);
    ~SeccompBuilder();
    SeccompBuilder(SeccompBuilder&&) noexcept;

    /// "SCMP_ARCH_X86_64". @throws InvalidArgument
    void add_architecture(std::string_view name);

    /// A rule that holds when all comparisons do. A call that no architecture knows is left out, and so is a
    /// rule that does what happens anyway. @throws InvalidArgument
    void add_rule(std::string_view action, std::uint32_t value, const std::string& call,
                  const std::vector<SeccompComparison>& comparisons);

    /// Calls of this machine with a greater number than every call that has a rule get ENOSYS, so that the
    /// C library falls back on what it knew before. Does nothing when the default action allows.
    void set_unknown_calls_missing() { unknown_missing_ = true; }

    /// Compiles to a search over ranges of the calls' numbers (seccomp_shrink.hpp).
    SeccompProgram compile() const;

    /// The same as libseccomp has it: a tree over all numbers.
    SeccompProgram compile_plainly() const;

  private:
    struct Context;
    std::unique_ptr<Context> context_;
    std::uint32_t default_action_ = 0;
    int greatest_call_ = -1;
    bool unknown_missing_ = false;
};

/// SECCOMP_FILTER_FLAG_... of a word of the specification, 0 for what has no effect here.
/// @throws InvalidArgument
unsigned seccomp_flag(std::string_view name);

/// "2.5.4": part of the key when a program is kept.
std::string seccomp_compiler_version();

/// Loads the filter into the calling thread: it needs no_new_privs or CAP_SYS_ADMIN. 0 or a negative errno.
int try_load_seccomp(const sock_filter* program, std::size_t length, unsigned flags) noexcept;

}  // namespace dhow::linux
