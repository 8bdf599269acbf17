#pragma once
// The home folder of a user, as the container's own /etc/passwd has it: passwd(5).

#include <cstddef>

#include <sys/types.h>

namespace dhow::runtime::init {

/// Writes "HOME=..." of `uid` to `text`; "HOME=/" when it is not found there.
void find_home(uid_t uid, char* text, std::size_t size) noexcept;

}  // namespace dhow::runtime::init
