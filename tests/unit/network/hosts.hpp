#pragma once
// Hosts for tests: the network namespace of the test's thread is "the host"; neighbours are others, joined to
// it by a cable. All go with the test.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "base/unique_fd.hpp"
#include "linux/netlink/namespaces.hpp"
#include "network/networks.hpp"

namespace dhow::network::testing {

/// Runs in another namespace, on the calling thread.
template <typename Body>
auto in(int namespace_fd, Body&& body) {
    linux::netlink::EnteredNamespace inside(namespace_fd);
    return body();
}

/// A TCP or UDP server on all addresses of the namespace it is made in, which answers with its name to
/// whoever connects (TCP) or sends (UDP), and remembers who that was.
class Server {
  public:
    Server(std::uint16_t port, std::string name, bool udp = false, bool six = false);
    ~Server();
    std::string last_peer() const;

  private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

/// What a server says to a client in this thread's namespace, or none within `patience`.
std::optional<std::string> ask(const std::string& address, std::uint16_t port, bool udp = false,
                               std::chrono::milliseconds patience = std::chrono::milliseconds(1500));

/// No answer is proven by waiting this long.
inline constexpr std::chrono::milliseconds briefly{250};

/// The test's thread is moved to a new namespace for the time of a test: the host.
class HostTest : public ::testing::Test {
  protected:
    HostTest();
    ~HostTest() override;

    /// A configuration for this host.
    Config config() const;
    /// Another machine, with 10.9.0.2/24 and fd09::2/64; the host has .1 on the interface "lan0". It routes
    /// what is not its own through the host.
    UniqueFd neighbour();

    std::filesystem::path folder_;

  private:
    std::optional<linux::netlink::EnteredNamespace> host_;
};

/// A network room with its predefined networks, restored for `live`.
struct Room {
    explicit Room(const Config& config, Live live = {});
    /// A container on a network (default: the bridge).
    Endpoint start(const std::string& name, const std::string& network_id = {}, const std::string& ipv4 = {});
    UniqueFd namespace_of(const Endpoint& endpoint) const;

    std::vector<Network> predefined;
    RestoreReport report;
    std::unique_ptr<Networks> networks;
    std::filesystem::path folder;
};

/// Names of interfaces in this thread's namespace.
std::vector<std::string> interfaces();

/// Waits until `condition` holds, at most two seconds.
bool eventually(const std::function<bool()>& condition);

/// What a program prints: the tests' own eyes are ip(8) and nft(8).
std::string output_of(const std::string& command);

}  // namespace dhow::network::testing
