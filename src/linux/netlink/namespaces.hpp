#pragma once
// Network namespaces by descriptor (network_namespaces(7), setns(2)).

#include <filesystem>

#include "base/unique_fd.hpp"

namespace dhow::linux::netlink {

/// The namespace of the calling thread. @throws SystemError
UniqueFd current_namespace();

/// A namespace that is pinned at `path`. @throws SystemError
UniqueFd open_namespace(const std::filesystem::path& path);

/// Moves the calling thread into a namespace, and back at the end of the scope. A thread that cannot come
/// back would act on the wrong host, so that ends the process.
class [[nodiscard]] EnteredNamespace {
  public:
    explicit EnteredNamespace(int namespace_fd);
    /// Into a new one.
    EnteredNamespace();
    ~EnteredNamespace();
    EnteredNamespace(const EnteredNamespace&) = delete;
    EnteredNamespace& operator=(const EnteredNamespace&) = delete;

  private:
    UniqueFd home_;
};

/// Makes the calling thread's namespace live on at `path` (a bind mount on a file that is made) after its
/// last process. @throws SystemError; leaves no file behind then.
void pin_current_namespace(const std::filesystem::path& path);

/// Undoes that. A path that is not there, or not mounted, is no error.
void unpin_namespace(const std::filesystem::path& path) noexcept;

/// Writes a file below /proc/sys/net of the calling thread's namespace: "ipv4/ip_forward".
/// @throws SystemError
void write_sysctl(const std::filesystem::path& name, const char* value);
/// Its first word. @throws SystemError
std::string read_sysctl(const std::filesystem::path& name);

}  // namespace dhow::linux::netlink
