#pragma once
// Where the daemon listens: unix:///run/dhow.sock, tcp://127.0.0.1:2375.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"

namespace dhow::api::http {

struct ListenerOptions {
    std::string group;  ///< owner group of unix sockets; empty: "docker" or "dhow" where there is one
};

/// A bound, listening, non-blocking socket. A unix socket's file is removed with it.
class Listener {
  public:
    Listener(UniqueFd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
    Listener(Listener&&) = default;
    Listener& operator=(Listener&&) = delete;
    ~Listener();

    int fd() const { return fd_.get(); }

  private:
    UniqueFd fd_;
    std::filesystem::path path_;  // empty: no file
};

/// Listens on one address of `-H`; a name may stand for several sockets (IPv4 and IPv6).
/// A unix socket gets mode 0660; one that a dead daemon left is replaced, one that answers is not.
/// @throws InvalidArgument for an address of another form; Conflict when it is in use; SystemError.
std::vector<Listener> listen_on(std::string_view address, const ListenerOptions& options);

}  // namespace dhow::api::http
