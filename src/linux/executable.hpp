#pragma once
// Programs that a container could reach through /proc/PID/exe and must not be able to overwrite
// (CVE-2019-5736).

#include <string>

#include "base/unique_fd.hpp"

namespace dhow::linux {

/// A descriptor through which a program can be executed but never written: the file seen through a read-only
/// bind mount that is attached nowhere. It shares the file's page cache, unlike a copy in memory, and costs
/// two system calls. Execute it as /proc/self/fd/N (or by fexecve(3)); /proc/PID/exe of what runs is
/// read-only too, and no container can remount what is in no mount namespace.
/// @throws SystemError
UniqueFd protect_executable(const std::string& path);

/// True when this process was executed from a read-only mount.
bool executable_is_protected();

}  // namespace dhow::linux
