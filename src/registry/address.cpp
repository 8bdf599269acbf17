#include "registry/address.hpp"

#include <charconv>

#include <arpa/inet.h>

namespace dhow::registry {

std::optional<Address> parse_address(const std::string& text) {
    Address address{};
    if (::inet_pton(AF_INET6, text.c_str(), address.data()) == 1) return address;
    address[10] = address[11] = 0xff;
    if (::inet_pton(AF_INET, text.c_str(), address.data() + 12) == 1) return address;
    return std::nullopt;
}

bool Network::holds(const Address& other) const {
    for (int bit = 0; bit < bits; ++bit) {
        auto mask = static_cast<unsigned char>(0x80 >> bit % 8);
        auto at = static_cast<std::size_t>(bit / 8);
        if ((address[at] & mask) != (other[at] & mask)) return false;
    }
    return true;
}

std::optional<Network> parse_network(std::string_view text) {
    auto slash = text.find('/');
    if (slash == text.npos) return std::nullopt;
    auto address = parse_address(std::string(text.substr(0, slash)));
    int bits = -1;
    auto digits = text.substr(slash + 1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    bool six = text.find(':') != text.npos;
    if (!address || error != std::errc() || end != digits.data() + digits.size() || bits < 0 ||
        bits > (six ? 128 : 32))
        return std::nullopt;
    return Network{*address, six ? bits : bits + 96};
}

bool is_loopback(const std::string& host) {
    if (host == "localhost") return true;
    auto address = parse_address(host);
    if (!address) return false;
    return parse_network("127.0.0.0/8")->holds(*address) || parse_network("::1/128")->holds(*address);
}

}  // namespace dhow::registry
