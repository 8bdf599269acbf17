#include "network/ipam.hpp"

#include "base/error.hpp"

namespace dhow::network {

AddressAllocator::AddressAllocator(Prefix subnet, Prefix range)
    : subnet_(subnet.subnet()), range_(range.subnet()), next_(range_.first()) {}

bool AddressAllocator::usable(const IpAddress& address) const noexcept {
    if (!subnet_.contains(address)) return false;
    // A subnet of one or two addresses has no network and no broadcast address (RFC 3021).
    if (subnet_.length >= address.bits() - 1) return true;
    if (address == subnet_.first()) return false;
    return address.is_v6() || address != subnet_.last();
}

IpAddress AddressAllocator::allocate(std::string_view network_name) {
    // One free address is found after at most as many steps as there are taken ones, and the two ends.
    IpAddress candidate = next_;
    for (std::size_t step = 0; step < taken_.size() + 3; ++step) {
        IpAddress following = candidate == range_.last() ? range_.first() : candidate.plus(1);
        if (usable(candidate) && taken_.insert(candidate).second) {
            next_ = following;
            return candidate;
        }
        candidate = following;
    }
    throw Unavailable("no available IPv{} addresses on this network's address pools: {}",
                      subnet_.address.is_v6() ? 6 : 4, network_name);
}

void AddressAllocator::reserve(const IpAddress& address) {
    if (!subnet_.contains(address))
        throw InvalidArgument("Address {} is not in the network's subnet {}", address.text(), subnet_.text());
    if (!usable(address) || !taken_.insert(address).second) throw Conflict("Address already in use");
}

void AddressAllocator::free(const IpAddress& address) noexcept { taken_.erase(address); }

}  // namespace dhow::network
