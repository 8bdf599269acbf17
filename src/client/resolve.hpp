#pragma once
// Names of hosts without NSS: a static program cannot load its modules. Numbers, /etc/hosts, then DNS
// (resolver(3)), which is what most hosts' nsswitch.conf says too.

#include <cstdint>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace dhow::client {

/// An address that connect(2) takes.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = 0;
};

/// The addresses of `host`, in the order to be tried.
/// @throws Unavailable when nothing knows the name.
std::vector<SocketAddress> resolve(const std::string& host, std::uint16_t port);

}  // namespace dhow::client
