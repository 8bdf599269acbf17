#include "network/subnets.hpp"

#include <algorithm>

#include <sys/random.h>

#include "base/error.hpp"
#include "linux/netlink/links.hpp"
#include "linux/netlink/routes.hpp"

namespace dhow::network {

namespace netlink = linux::netlink;
using netlink::Prefix;

std::vector<AddressPool> default_address_pools() {
    return {{"172.17.0.0/16", 16}, {"172.18.0.0/16", 16}, {"172.19.0.0/16", 16}, {"172.20.0.0/14", 16},
            {"172.24.0.0/14", 16}, {"172.28.0.0/14", 16}, {"192.168.0.0/16", 20}};
}

Prefix choose_subnet(std::span<const AddressPool> pools, std::span<const Prefix> used) {
    for (const auto& pool : pools) {
        auto base = Prefix::parse(pool.base).subnet();
        if (base.address.is_v6()) continue;
        if (pool.size < base.length || pool.size > 30)
            throw InvalidArgument("the address pool {} cannot be cut into subnets of size {}", pool.base,
                                  pool.size);
        const std::uint64_t count = 1ULL << (pool.size - base.length);
        const std::uint64_t step = 1ULL << (32 - pool.size);
        for (std::uint64_t i = 0; i < count; ++i) {
            Prefix candidate{base.address.plus(i * step), pool.size};
            if (std::ranges::none_of(used, [&](const Prefix& other) { return candidate.overlaps(other); }))
                return candidate;
        }
    }
    throw Unavailable(
        "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the "
        "network");
}

Prefix random_local_subnet() {
    std::array<std::uint8_t, 16> bytes{};
    check(::getrandom(bytes.data() + 1, 5, 0), "getrandom");
    bytes[0] = 0xfd;
    return {netlink::IpAddress::from_bytes(bytes), 64};
}

std::vector<Prefix> host_subnets(const std::string& except) {
    netlink::Socket socket;
    auto excepted = netlink::find_link(socket, except);
    const int index = excepted ? excepted->index : -1;
    std::vector<Prefix> used, ours;
    for (const auto& found : netlink::list_addresses(socket))
        (found.index == index ? ours : used).push_back(found.address.subnet());
    for (const auto& destination : netlink::list_destinations(socket))
        if (std::ranges::find(ours, destination) == ours.end()) used.push_back(destination);
    return used;
}

}  // namespace dhow::network
