#pragma once
// Addresses of one subnet, given out one at a time. Pure: knows no kernel and no file; what lives is told to
// it again by `reserve` after a start.

#include <cstdint>
#include <optional>
#include <set>

#include "linux/netlink/address.hpp"

namespace dhow::network {

using linux::netlink::IpAddress;
using linux::netlink::Prefix;

/// Gives out the next free address after the last one given out, and starts over at the end: an address that
/// was just freed rests as long as possible, since neighbours still remember whose it was.
class AddressAllocator {
  public:
    /// @param subnet its network address and, for IPv4, its broadcast address are never given out
    /// @param range where addresses are chosen; specific requests may be anywhere in `subnet`
    AddressAllocator(Prefix subnet, Prefix range);

    const Prefix& subnet() const noexcept { return subnet_; }

    /// @throws Unavailable "no available IPv4 addresses on this network's address pools: NAME": the caller
    ///     gives the name of the network.
    IpAddress allocate(std::string_view network_name);

    /// Takes one address. @throws InvalidArgument when it is outside of the subnet, Conflict "Address already
    /// in use" when it is taken.
    void reserve(const IpAddress& address);

    /// Gives an address back; one that was not taken is ignored.
    void free(const IpAddress& address) noexcept;

    std::size_t taken() const noexcept { return taken_.size(); }

  private:
    bool usable(const IpAddress& address) const noexcept;

    Prefix subnet_;
    Prefix range_;
    IpAddress next_;
    std::set<IpAddress> taken_;
};

}  // namespace dhow::network
