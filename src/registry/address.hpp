#pragma once
// Addresses and networks, as settings name them.

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace dhow::registry {

/// An address of either family, in 16 bytes as IPv6 maps IPv4.
using Address = std::array<unsigned char, 16>;

/// "192.0.2.1" or "2001:db8::1"; none when it is neither.
std::optional<Address> parse_address(const std::string& text);

struct Network {
    Address address;
    int bits;
    bool holds(const Address& other) const;
};

/// "192.0.2.0/24" or "2001:db8::/32"; none when it is neither.
std::optional<Network> parse_network(std::string_view text);

/// Whether a host is "localhost" or an address that stays on the machine.
bool is_loopback(const std::string& host);

}  // namespace dhow::registry
