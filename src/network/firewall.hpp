#pragma once
// The nftables table of the daemon: masquerading, published ports, who may forward to whom.
//
// The rules are written once and never change with containers. What changes is elements of sets and maps: a
// network is a few, a published port is one a binding. So the time a packet or a change takes does not grow
// with their number. Whatever the table should hold is also remembered here, and `repair` makes the kernel's
// table equal to that in one transaction.
// Source: nft(8); the packet's way through the hooks, and why each rule is there, is told in
// firewall_rules.cpp.

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "linux/netlink/address.hpp"
#include "linux/nft/context.hpp"
#include "network/model.hpp"

namespace dhow::network {

/// Traffic to a host address and port goes to a container's. The unspecified address stands for all of the
/// host's in its family.
struct PortMapping {
    Protocol protocol = Protocol::tcp;
    linux::netlink::IpAddress host_address;
    std::uint16_t host_port = 0;
    linux::netlink::IpAddress container_address;
    std::uint16_t container_port = 0;

    auto operator<=>(const PortMapping&) const = default;
};

/// Elements as nft prints them, by the name of their set or map.
using FirewallElements = std::map<std::string, std::set<std::string>>;

FirewallElements elements_of(const Network& network);
FirewallElements elements_of(std::span<const PortMapping> mappings);

/// The table without elements: what `nft -f` takes.
std::string firewall_rules(const std::string& table);

/// Safe to use from every thread.
class Firewall {
  public:
    /// Makes nothing yet.
    explicit Firewall(std::string table);

    /// Adds elements, all or none; makes the table where it is missing. @throws InternalError
    void add(const FirewallElements& elements);
    /// Removes elements; those that are not there are no error.
    void remove(const FirewallElements& elements) noexcept;

    /// Remembers elements that a former daemon added; `reconcile` follows.
    void want(const FirewallElements& elements);
    /// Makes the table what it should be, whoever made it. @return how its elements differed.
    std::vector<std::string> reconcile();

    /// How the kernel's table differs from what was added: "+ ports4 tcp . 80 : ..." is missing, "- ..." is
    /// too much, "~" the rules were changed. A table that is not there is one difference.
    std::vector<std::string> differences();

    /// Replaces the table by what it should be. Connections that are under way go on.
    void repair();

  private:
    linux::nft::Context& context();
    void replace();
    std::vector<std::string> compare_with_kernel();
    bool wants_nothing() const;
    std::string commands(std::string_view verb, const FirewallElements& elements) const;

    std::string table_;
    std::mutex mutex_;
    std::optional<linux::nft::Context> context_;
    bool made_ = false;
    std::string rules_;  ///< as nft lists them; none known before the table was made
    FirewallElements wanted_;
};

}  // namespace dhow::network
