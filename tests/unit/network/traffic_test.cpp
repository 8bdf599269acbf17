// Containers talk: real packets between real namespaces.

#include <mutex>
#include <set>
#include <thread>

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "unit/network/hosts.hpp"

namespace dhow::network {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Traffic : public HostTest {};

TEST_F(Traffic, ContainersOfOneNetworkReachEachOther) {
    Room room(config());
    auto web = room.start("web"), client = room.start("client");
    EXPECT_EQ(web.ipv4_address, "172.17.0.2");
    EXPECT_EQ(web.mac_address, "02:42:ac:11:00:02");
    EXPECT_EQ(client.ipv4_address, "172.17.0.3");
    auto web_ns = room.namespace_of(web), client_ns = room.namespace_of(client);
    auto server = in(web_ns.get(), [] { return std::make_unique<Server>(80, "web"); });
    in(client_ns.get(), [&] {
        EXPECT_EQ(ask("172.17.0.2", 80), "web");
        EXPECT_THAT(output_of("ip addr show eth0"), HasSubstr("172.17.0.3/16"));
        EXPECT_THAT(output_of("ip addr show eth0"), Not(HasSubstr("inet6")));
        EXPECT_THAT(output_of("ip route"), HasSubstr("default via 172.17.0.1 dev eth0"));
    });
    EXPECT_EQ(server->last_peer(), "172.17.0.3");
    EXPECT_EQ(ask("172.17.0.2", 80), "web") << "from the host";
}

TEST_F(Traffic, TheWorldSeesTheHostsAddress) {
    auto world = neighbour();
    Room room(config());
    auto client = room.start("client");
    auto server = in(world.get(), [] { return std::make_unique<Server>(80, "world"); });
    in(room.namespace_of(client).get(), [] { EXPECT_EQ(ask("10.9.0.2", 80), "world"); });
    EXPECT_EQ(server->last_peer(), "10.9.0.1");
}

TEST_F(Traffic, ABareContainerIsReachableFromNobodyOutside) {
    auto world = neighbour();
    Room room(config());
    auto web = room.start("web");
    auto server = in(room.namespace_of(web).get(), [] { return std::make_unique<Server>(80, "web"); });
    in(world.get(), [&] { EXPECT_EQ(ask(web.ipv4_address, 80, false, briefly), std::nullopt); });
}

TEST_F(Traffic, NetworksAreIsolatedFromEachOther) {
    Room room(config());
    NetworkRequest request;
    request.name = "other";
    auto other = room.networks->create(request);
    EXPECT_THAT(interfaces(), Contains(other.bridge));
    auto web = room.start("web"), client = room.start("client", other.id);
    EXPECT_THAT(client.ipv4_address, StartsWith("172.18."));
    auto server = in(room.namespace_of(web).get(), [] { return std::make_unique<Server>(80, "web"); });
    in(room.namespace_of(client).get(),
       [&] { EXPECT_EQ(ask(web.ipv4_address, 80, false, briefly), std::nullopt); });
    EXPECT_THROW(room.networks->remove(other.id), Forbidden);
    room.networks->release_sandbox(client.sandbox_id);
    room.networks->remove(other.id);
    EXPECT_THAT(interfaces(), Not(Contains(other.bridge)));
    EXPECT_THAT(output_of("nft list table inet dhow"), Not(HasSubstr(other.bridge)));
}

TEST_F(Traffic, AnInternalNetworkLeadsNowhere) {
    auto world = neighbour();
    Room room(config());
    NetworkRequest request;
    request.name = "inner";
    request.internal = true;
    auto inner = room.networks->create(request);
    auto one = room.start("one", inner.id), two = room.start("two", inner.id);
    EXPECT_EQ(one.ipv4_gateway, "");
    auto outside = in(world.get(), [] { return std::make_unique<Server>(80, "world"); });
    auto server = in(room.namespace_of(one).get(), [] { return std::make_unique<Server>(80, "one"); });
    in(room.namespace_of(two).get(), [&] {
        EXPECT_EQ(ask(one.ipv4_address, 80), "one");
        // Even when it gives itself a route.
        output_of("ip route add default via " + inner.subnets[0].gateway);
        EXPECT_EQ(ask("10.9.0.2", 80, false, briefly), std::nullopt);
    });
    EXPECT_TRUE(room.networks->publish(one, {{80}}).empty());
}

TEST_F(Traffic, WithoutIccNeighboursAreSilent) {
    auto without = config();
    without.icc = false;
    Room room(without);
    auto one = room.start("one"), two = room.start("two");
    auto server = in(room.namespace_of(one).get(), [] { return std::make_unique<Server>(80, "one"); });
    in(room.namespace_of(two).get(),
       [&] { EXPECT_EQ(ask(one.ipv4_address, 80, false, briefly), std::nullopt); });
    EXPECT_EQ(ask(one.ipv4_address, 80), "one") << "from the host";
}

TEST_F(Traffic, TwoNetworksAtOnceAndTheGatewayMoves) {
    Room room(config());
    NetworkRequest request;
    request.name = "second";
    auto second = room.networks->create(request);
    auto first = room.start("c");
    EndpointRequest again;
    again.network_id = second.id;
    again.sandbox_id = first.sandbox_id;
    again.container_name = "c";
    again.gateway_priority = 5;
    auto endpoint = room.networks->attach(again);
    EXPECT_EQ(endpoint.interface, "eth1");
    EXPECT_THROW(room.networks->attach(again), Forbidden);
    auto inside = room.namespace_of(first);
    auto routes = [&] { return in(inside.get(), [] { return output_of("ip route show default"); }); };
    EXPECT_THAT(routes(), HasSubstr("via " + endpoint.ipv4_gateway + " dev eth1"));
    room.networks->disconnect(endpoint.id);
    EXPECT_THAT(routes(), HasSubstr("via 172.17.0.1 dev eth0"));
    in(inside.get(), [] { EXPECT_THAT(interfaces(), Not(Contains("eth1"))); });
}

TEST_F(Traffic, AddressesThatAreAskedFor) {
    Room room(config());
    EXPECT_EQ(room.start("a", {}, "172.17.0.77").ipv4_address, "172.17.0.77");
    EXPECT_THROW(room.start("b", {}, "172.17.0.77"), Conflict);
    EXPECT_THROW(room.start("c", {}, "172.17.0.1"), Conflict);
    EXPECT_THROW(room.start("d", {}, "10.0.0.1"), InvalidArgument);
    EXPECT_THROW(room.start("e", {}, "nonsense"), InvalidArgument);
}

TEST_F(Traffic, APoolThatIsExhaustedSaysSoAndLeavesNothing) {
    Room room(config());
    NetworkRequest request;
    request.name = "tiny";
    request.subnets = {{"10.66.0.0/30"}};
    auto tiny = room.networks->create(request);
    auto only = room.start("a", tiny.id);
    auto before = interfaces();
    EXPECT_THROW(room.start("b", tiny.id), Unavailable);
    EXPECT_EQ(interfaces(), before);
    room.networks->release_sandbox(only.sandbox_id);
    EXPECT_EQ(room.start("c", tiny.id).ipv4_address, "10.66.0.2");
}

TEST_F(Traffic, WhatIsReleasedIsGone) {
    auto before = interfaces();
    {
        Room room(config());
        for (int i = 0; i < 5; ++i) {
            auto endpoint = room.start("c");
            room.networks->publish(endpoint, {{80, Protocol::tcp, "", 8080}});
            room.networks->release_sandbox(endpoint.sandbox_id);
        }
        EXPECT_TRUE(eventually([&] { return interfaces().size() == before.size() + 1; }))
            << output_of("ip link");
        EXPECT_THAT(output_of("nft list table inet dhow"), Not(HasSubstr("8080")));
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "netns"));
}

TEST_F(Traffic, EightClientsAtOnce) {
    Room room(config());
    std::mutex mutex;
    std::set<std::string> addresses;
    std::vector<std::string> failures;
    auto host = linux::netlink::current_namespace();
    auto client = [&] {
        linux::netlink::EnteredNamespace here(host.get());
        for (int i = 0; i < 12; ++i) {
            try {
                auto endpoint = room.start("c");
                auto ports = room.networks->publish(endpoint, {{80}});
                std::scoped_lock lock(mutex);
                if (!addresses.insert(endpoint.ipv4_address).second)
                    failures.push_back(endpoint.ipv4_address);
                if (i % 2 == 0) room.networks->release_sandbox(endpoint.sandbox_id);
            } catch (const Error& error) {
                std::scoped_lock lock(mutex);
                failures.emplace_back(error.what());
            }
        }
    };
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) clients.emplace_back(client);
    clients.clear();
    EXPECT_THAT(failures, ::testing::IsEmpty());
    EXPECT_EQ(addresses.size(), 96U);
    // Loopback, the bridge, and the half that stayed.
    EXPECT_TRUE(eventually([] { return interfaces().size() == 2 + 48; })) << interfaces().size();
}

}  // namespace
}  // namespace dhow::network
