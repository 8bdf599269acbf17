#pragma once
// One relayed port: private to the relay.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include <netinet/in.h>

#include "base/unique_fd.hpp"
#include "linux/netlink/address.hpp"
#include "network/relay_loop.hpp"

namespace dhow::network {

/// Where a port leads.
struct RelayTarget {
    linux::netlink::IpAddress address;
    std::uint16_t port = 0;
};

class RelayPort {
  public:
    virtual ~RelayPort() = default;
    /// Gives up what was idle for too long.
    virtual void expire() {}
};

/// Accepts connections and carries each to the target, both directions independently closed.
class TcpPort : public RelayPort {
  public:
    TcpPort(RelayLoop& loop, UniqueFd listener, RelayTarget target);
    ~TcpPort() override;

  private:
    struct Connection;
    void accept();
    void end(Connection* connection) noexcept;

    RelayLoop& loop_;
    UniqueFd listener_;
    RelayTarget target_;
    std::map<Connection*, std::unique_ptr<Connection>> connections_;
};

/// Carries datagrams. Each peer has a socket of its own towards the target, which is how answers find back;
/// it is given up after 90 s of silence.
class UdpPort : public RelayPort {
  public:
    UdpPort(RelayLoop& loop, UniqueFd socket, RelayTarget target);
    ~UdpPort() override;
    void expire() override;

  private:
    struct Flow {
        UniqueFd socket;
        sockaddr_storage peer{};
        socklen_t peer_length = 0;
        std::chrono::steady_clock::time_point used;
    };
    void receive();
    void answer(Flow& flow);
    Flow* flow_of(const sockaddr_storage& peer, socklen_t length);

    RelayLoop& loop_;
    UniqueFd socket_;
    RelayTarget target_;
    std::map<std::string, Flow> flows_;  ///< by the bytes of the peer's address
};

}  // namespace dhow::network
