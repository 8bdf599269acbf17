#pragma once
// A filter's decisions in fewer instructions.
//
// libseccomp compares a call's number with that of each rule; its tree makes the search short, but not the
// program, and the kernel checks and compiles all of it whenever a process loads it. Most calls are decided
// by their number alone, and neighbours alike: one comparison a range of numbers does. What looks at
// arguments is kept as it was.

#include "linux/seccomp.hpp"

namespace dhow::linux {

/// The same decision for every system call, by ranges of numbers. `program` itself where it does what is not
/// understood here or nothing is won.
SeccompProgram shrink_seccomp(const SeccompProgram& program);

}  // namespace dhow::linux
