#include "linux/netlink/address.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>

#include "base/error.hpp"

namespace dhow::linux::netlink {

std::optional<IpAddress> IpAddress::find(std::string_view text) {
    std::string terminated(text);
    if (terminated.size() != std::strlen(terminated.c_str())) return std::nullopt;
    IpAddress result;
    if (::inet_pton(AF_INET, terminated.c_str(), result.bytes_.data()) == 1) return result;
    result.six_ = true;
    if (::inet_pton(AF_INET6, terminated.c_str(), result.bytes_.data()) == 1) return result;
    return std::nullopt;
}

IpAddress IpAddress::parse(std::string_view text) {
    auto result = find(text);
    if (!result) throw InvalidArgument("invalid IP address: {}", text);
    return *result;
}

IpAddress IpAddress::from_bytes(std::span<const std::uint8_t> bytes) {
    IpAddress result;
    result.six_ = bytes.size() == 16;
    std::ranges::copy(bytes.first(std::min<std::size_t>(bytes.size(), 16)), result.bytes_.begin());
    return result;
}

bool IpAddress::is_unspecified() const noexcept {
    return std::ranges::all_of(bytes(), [](auto byte) { return byte == 0; });
}

bool IpAddress::is_loopback() const noexcept {
    if (!six_) return bytes_[0] == 127;
    return bytes_[15] == 1 && std::all_of(bytes_.begin(), bytes_.end() - 1, [](auto byte) { return !byte; });
}

IpAddress IpAddress::plus(std::uint64_t count) const noexcept {
    IpAddress result = *this;
    unsigned carry = 0;
    for (int i = static_cast<int>(bytes().size()) - 1; i >= 0; --i) {
        unsigned sum = result.bytes_[i] + static_cast<unsigned>(count & 0xff) + carry;
        result.bytes_[i] = static_cast<std::uint8_t>(sum);
        carry = sum >> 8;
        count >>= 8;
    }
    return result;
}

namespace {

/// The bits of byte `index` that belong to a prefix of `length` bits.
std::uint8_t mask_byte(int length, std::size_t index) {
    int bits = std::clamp(length - static_cast<int>(index) * 8, 0, 8);
    return static_cast<std::uint8_t>(0xff00U >> bits);
}

}  // namespace

IpAddress IpAddress::lowest(int length) const noexcept {
    IpAddress result = *this;
    for (std::size_t i = 0; i < bytes().size(); ++i) result.bytes_[i] &= mask_byte(length, i);
    return result;
}

IpAddress IpAddress::highest(int length) const noexcept {
    IpAddress result = *this;
    for (std::size_t i = 0; i < bytes().size(); ++i)
        result.bytes_[i] |= static_cast<std::uint8_t>(~mask_byte(length, i));
    return result;
}

std::string IpAddress::text() const {
    char buffer[INET6_ADDRSTRLEN];
    return ::inet_ntop(family(), bytes_.data(), buffer, sizeof buffer);
}

std::string IpAddress::bracketed() const { return six_ ? "[" + text() + "]" : text(); }

Prefix Prefix::parse(std::string_view text) {
    auto slash = text.find('/');
    if (slash == text.npos) throw InvalidArgument("invalid CIDR address: {}", text);
    auto address = IpAddress::find(text.substr(0, slash));
    auto digits = text.substr(slash + 1);
    int length = -1;
    auto [end, error] = std::from_chars(digits.begin(), digits.end(), length);
    if (!address || error != std::errc{} || end != digits.end() || length < 0 || length > address->bits())
        throw InvalidArgument("invalid CIDR address: {}", text);
    return {*address, length};
}

bool Prefix::contains(const IpAddress& other) const noexcept {
    return other.family() == address.family() && other.lowest(length) == first();
}

bool Prefix::overlaps(const Prefix& other) const noexcept {
    return contains(other.first()) || other.contains(first());
}

std::string Prefix::text() const { return fmt::format("{}/{}", address.text(), length); }

MacAddress parse_mac(std::string_view text) {
    MacAddress mac{};
    bool good = text.size() == 17;
    for (std::size_t i = 0; good && i < mac.size(); ++i) {
        auto digits = text.substr(i * 3, 2);
        auto [end, error] = std::from_chars(digits.begin(), digits.end(), mac[i], 16);
        bool separated = i == 5 || text[i * 3 + 2] == ':' || text[i * 3 + 2] == '-';
        good = error == std::errc{} && end == digits.end() && separated;
    }
    if (!good) throw InvalidArgument("invalid MAC address: {}", text);
    return mac;
}

std::string mac_text(const MacAddress& mac) {
    return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", mac[0], mac[1], mac[2], mac[3], mac[4],
                       mac[5]);
}

}  // namespace dhow::linux::netlink
