#pragma once
// Which host ports are published, and that nobody else on the host uses them.
//
// Every published port is held by a bound socket that never listens: another program that wants the port is
// told "address already in use", as it would be by a server. Packets never reach that socket, because the
// firewall sends them elsewhere first.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"
#include "linux/netlink/address.hpp"
#include "network/model.hpp"

namespace dhow::network {

/// A host port that is taken. `socket` is empty for SCTP where the kernel lacks it.
struct HeldPort {
    Protocol protocol = Protocol::tcp;
    linux::netlink::IpAddress address;
    std::uint16_t port = 0;
    UniqueFd socket;
};

/// Ports taken by this daemon. Safe to use from every thread.
class PortAllocator {
  public:
    /// What `take` asks for. `first` 0: an ephemeral port; `last` 0: as `first`.
    struct Request {
        Protocol protocol = Protocol::tcp;
        linux::netlink::IpAddress address;
        std::uint16_t first = 0;
        std::uint16_t last = 0;
        /// Also taken, with the same number: "::" beside "0.0.0.0".
        std::optional<linux::netlink::IpAddress> second_address;
        std::string target;  ///< "172.17.0.2:80/tcp", for errors
    };

    /// Takes the first port of the range that is free on every address asked for. Ephemeral ones come from
    /// net.ipv4.ip_local_port_range, each time further on, so that a port rests before it is used again.
    /// @return one or two, in the order of the addresses.
    /// @throws Conflict "Bind for 0.0.0.0:80 failed: port is already allocated" when a container has it,
    ///     "failed to bind host port for 0.0.0.0:80:172.17.0.2:80/tcp: address already in use" when another
    ///     program has it, "all ports are allocated" for a range.
    std::vector<HeldPort> take(const Request& request);

    /// Takes a port that a container already has, after a start: the socket is missing when another program
    /// got hold of the port in the meantime. @throws Conflict when a container has it.
    HeldPort retake(Protocol protocol, const linux::netlink::IpAddress& address, std::uint16_t port);

    void free(const HeldPort& held) noexcept;

  private:
    using Key = std::pair<Protocol, std::uint16_t>;

    bool taken(Protocol protocol, const linux::netlink::IpAddress& address, std::uint16_t port) const;
    std::vector<HeldPort> take_one(const Request& request, std::uint16_t port);

    std::mutex mutex_;
    std::map<Key, std::set<linux::netlink::IpAddress>> taken_;
    std::map<std::pair<Protocol, linux::netlink::IpAddress>, std::uint16_t> last_ephemeral_;
};

}  // namespace dhow::network
