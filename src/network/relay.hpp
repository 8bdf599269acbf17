#pragma once
// Carries connections and datagrams from a host socket to a container, in this process. It is for what the
// firewall cannot do: IPv6 to a container with IPv4 alone, the host's own ::1, and hosts where the firewall
// is switched off. The container sees the bridge's address as the peer's.
//
// One thread for all, which starts with the first port. What it carries ends with the daemon; the next one
// begins anew.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "linux/netlink/address.hpp"
#include "network/model.hpp"

namespace dhow::network {

class Relay {
  public:
    Relay();
    ~Relay();
    Relay(const Relay&) = delete;

    /// Serves a bound socket (it is duplicated; TCP begins to listen). SCTP is refused with InvalidArgument.
    /// @return a number for `remove`. @throws SystemError
    std::uint64_t add(int socket, Protocol protocol, const linux::netlink::IpAddress& target,
                      std::uint16_t port);
    /// Stops; connections that are under way are cut.
    void remove(std::uint64_t number) noexcept;

  private:
    class Loop;
    std::mutex mutex_;
    std::unique_ptr<Loop> loop_;
    std::jthread thread_;
};

}  // namespace dhow::network
