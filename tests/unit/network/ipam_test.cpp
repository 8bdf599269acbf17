#include "network/ipam.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "network/plan.hpp"
#include "network/subnets.hpp"

namespace dhow::network {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

AddressAllocator allocator(const char* subnet, const char* range = nullptr) {
    return {Prefix::parse(subnet), Prefix::parse(range ? range : subnet)};
}

TEST(Address, ReadsOnlyWhatIsOne) {
    EXPECT_EQ(IpAddress::parse("172.17.0.2").text(), "172.17.0.2");
    EXPECT_EQ(IpAddress::parse("FD00::0:1").text(), "fd00::1");
    for (const char* bad : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "::g", "1.2.3.4/8", "fe80::1%eth0"})
        EXPECT_THROW(IpAddress::parse(bad), InvalidArgument) << bad;
    for (const char* bad : {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8 ", "::/129"})
        EXPECT_THROW(Prefix::parse(bad), InvalidArgument) << bad;
}

TEST(Address, CountsAcrossBytes) {
    EXPECT_EQ(IpAddress::parse("10.0.0.255").plus(1).text(), "10.0.1.0");
    EXPECT_EQ(IpAddress::parse("10.0.255.255").plus(257).text(), "10.1.1.0");
    EXPECT_EQ(Prefix::parse("172.16.5.9/12").first().text(), "172.16.0.0");
    EXPECT_EQ(Prefix::parse("172.16.5.9/12").last().text(), "172.31.255.255");
    EXPECT_TRUE(Prefix::parse("10.0.0.0/8").overlaps(Prefix::parse("10.3.0.0/16")));
    EXPECT_FALSE(Prefix::parse("10.0.0.0/16").overlaps(Prefix::parse("10.1.0.0/16")));
}

TEST(Ipam, FreedAddressesRestUntilTheRangeIsThrough) {
    auto addresses = allocator("10.0.0.0/29");
    addresses.reserve(IpAddress::parse("10.0.0.1"));
    EXPECT_EQ(addresses.allocate("n").text(), "10.0.0.2");
    addresses.free(IpAddress::parse("10.0.0.2"));
    EXPECT_EQ(addresses.allocate("n").text(), "10.0.0.3");
    EXPECT_EQ(addresses.allocate("n").text(), "10.0.0.4");
    EXPECT_EQ(addresses.allocate("n").text(), "10.0.0.5");
    EXPECT_EQ(addresses.allocate("n").text(), "10.0.0.6");
    EXPECT_EQ(addresses.allocate("n").text(), "10.0.0.2");
}

TEST(Ipam, ExhaustionIsSaid) {
    auto addresses = allocator("10.0.0.0/30");
    addresses.allocate("n");
    addresses.allocate("n");
    EXPECT_THAT([&] { addresses.allocate("web"); },
                ThrowsMessage<Unavailable>(
                    HasSubstr("no available IPv4 addresses on this network's address pools: web")));
}

TEST(Ipam, RangeBoundsChoiceButNotRequests) {
    auto addresses = allocator("10.0.0.0/16", "10.0.7.0/30");
    addresses.reserve(IpAddress::parse("10.0.9.9"));
    EXPECT_EQ(addresses.allocate("n").text(), "10.0.7.0");
    EXPECT_THROW(addresses.reserve(IpAddress::parse("10.0.9.9")), Conflict);
    EXPECT_THROW(addresses.reserve(IpAddress::parse("10.1.0.1")), InvalidArgument);
    EXPECT_THROW(addresses.reserve(IpAddress::parse("10.0.0.0")), Conflict);
}

TEST(Ipam, WholeSubnetOf65kIsGivenOutOnce) {
    auto addresses = allocator("10.0.0.0/16");
    std::set<IpAddress> given;
    for (int i = 0; i < 65534; ++i) ASSERT_TRUE(given.insert(addresses.allocate("n")).second);
    EXPECT_THROW(addresses.allocate("n"), Unavailable);
}

TEST(Subnets, TheFirstThatOverlapsNothing) {
    auto pools = default_address_pools();
    std::vector<Prefix> used;
    EXPECT_EQ(choose_subnet(pools, used).text(), "172.17.0.0/16");
    used.push_back(Prefix::parse("172.17.3.0/24"));
    used.push_back(Prefix::parse("172.18.0.0/15"));
    EXPECT_EQ(choose_subnet(pools, used).text(), "172.20.0.0/16");
    used.push_back(Prefix::parse("172.16.0.0/12"));
    EXPECT_EQ(choose_subnet(pools, used).text(), "192.168.0.0/20");
    used.push_back(Prefix::parse("192.168.0.0/16"));
    EXPECT_THROW(choose_subnet(pools, used), Unavailable);
}

TEST(Plan, DefaultBridgeKeepsIdAndSubnet) {
    Config config;
    auto first = plan_default_bridge(config, nullptr, {});
    EXPECT_EQ(first.name, "bridge");
    EXPECT_EQ(first.bridge, "dhow0");
    EXPECT_EQ(first.subnets.at(0).subnet, "172.17.0.0/16");
    EXPECT_EQ(first.subnets.at(0).gateway, "172.17.0.1");
    auto second = plan_default_bridge(config, &first, {});
    EXPECT_EQ(second.id, first.id);
    std::vector<Prefix> used{Prefix::parse("172.17.0.0/24")};
    EXPECT_EQ(plan_default_bridge(config, &first, used).subnets.at(0).subnet, "172.18.0.0/16");
    config.default_bridge.bip = "10.200.0.1/24";
    EXPECT_EQ(plan_default_bridge(config, &first, {}).subnets.at(0).gateway, "10.200.0.1");
}

TEST(Plan, RequestsAreCompletedOrRefused) {
    Config config;
    NetworkRequest request;
    request.name = "n";
    request.subnets = {{"10.5.0.0/24"}};
    auto network = plan_bridge(request, config, {}, {});
    EXPECT_EQ(network.subnets.at(0).gateway, "10.5.0.1");
    EXPECT_EQ(network.bridge, "br-" + network.id.substr(0, 12));
    auto taken = subnets_of(network);
    EXPECT_THAT([&] { plan_bridge(request, config, {}, taken); },
                ThrowsMessage<Forbidden>("Pool overlaps with other one on this address space"));
    request.subnets = {{"10.5.0.1/24"}};
    EXPECT_THROW(plan_bridge(request, config, {}, {}), InvalidArgument);
    request.subnets = {{"10.5.0.0/24", "10.6.0.1"}};
    EXPECT_THROW(plan_bridge(request, config, {}, {}), InvalidArgument);
    request.subnets.clear();
    request.options["com.docker.network.bridge.unheard_of"] = "1";
    EXPECT_THROW(plan_bridge(request, config, {}, {}), InvalidArgument);
    request.options = {{"com.docker.network.bridge.name", "a name"}};
    EXPECT_THROW(plan_bridge(request, config, {}, {}), InvalidArgument);
    request.options = {{"com.docker.network.driver.mtu", "1400"}};
    request.enable_ipv6 = true;
    network = plan_bridge(request, config, {}, {});
    EXPECT_EQ(network.mtu, 1400U);
    ASSERT_EQ(network.subnets.size(), 2U);
    EXPECT_THAT(network.subnets[1].subnet, ::testing::StartsWith("fd"));
}

}  // namespace
}  // namespace dhow::network
