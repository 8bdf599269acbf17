#pragma once
// Internet and hardware addresses as values: parsed, printed, compared, counted with.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sys/socket.h>

namespace dhow::linux::netlink {

/// An IPv4 or IPv6 address. Default-constructed it is 0.0.0.0.
class IpAddress {
  public:
    IpAddress() = default;

    /// Strict: what inet_pton(3) takes, nothing else. An IPv4-mapped IPv6 address stays IPv6.
    /// @throws InvalidArgument "invalid IP address: x".
    static IpAddress parse(std::string_view text);
    static std::optional<IpAddress> find(std::string_view text);
    /// From 4 or 16 bytes in network order.
    static IpAddress from_bytes(std::span<const std::uint8_t> bytes);

    int family() const noexcept { return six_ ? AF_INET6 : AF_INET; }
    bool is_v6() const noexcept { return six_; }
    int bits() const noexcept { return six_ ? 128 : 32; }
    /// 4 or 16 bytes in network order.
    std::span<const std::uint8_t> bytes() const noexcept { return {bytes_.data(), six_ ? 16U : 4U}; }

    bool is_unspecified() const noexcept;  ///< 0.0.0.0 or ::
    bool is_loopback() const noexcept;     ///< 127.0.0.0/8 or ::1

    /// The address `count` further on; wraps within its family.
    IpAddress plus(std::uint64_t count) const noexcept;
    /// The first `length` bits kept, the rest zero, or one.
    IpAddress lowest(int length) const noexcept;
    IpAddress highest(int length) const noexcept;

    std::string text() const;
    /// With brackets when IPv6, as in a URL or before a port.
    std::string bracketed() const;

    auto operator<=>(const IpAddress&) const = default;

  private:
    bool six_ = false;
    std::array<std::uint8_t, 16> bytes_{};
};

/// An address with a prefix length: a subnet when the host's bits are zero, else an interface's address.
struct Prefix {
    IpAddress address;
    int length = 0;

    /// "172.17.0.0/16". @throws InvalidArgument "invalid CIDR address: x".
    static Prefix parse(std::string_view text);

    Prefix subnet() const noexcept { return {address.lowest(length), length}; }
    IpAddress first() const noexcept { return address.lowest(length); }
    IpAddress last() const noexcept { return address.highest(length); }
    bool contains(const IpAddress& other) const noexcept;
    bool overlaps(const Prefix& other) const noexcept;
    std::string text() const;

    auto operator<=>(const Prefix&) const = default;
};

using MacAddress = std::array<std::uint8_t, 6>;

/// "02:42:ac:11:00:02", also with '-'. @throws InvalidArgument "invalid MAC address: x".
MacAddress parse_mac(std::string_view text);
std::string mac_text(const MacAddress& mac);

}  // namespace dhow::linux::netlink
