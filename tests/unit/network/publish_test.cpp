// Published ports, reached from everywhere they should be, and from nowhere else.

#include <chrono>

#include <gmock/gmock.h>
#include <sys/socket.h>

#include "base/error.hpp"
#include "linux/netlink/socket_address.hpp"
#include "network/ports.hpp"
#include "unit/network/hosts.hpp"

namespace dhow::network {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

class Publish : public HostTest {
  protected:
    Publish() : world_(neighbour()) {}

    /// A container that serves on port 80, TCP and UDP.
    Endpoint serve(Room& room, const std::string& name, const std::string& network_id = {}) {
        auto endpoint = room.start(name, network_id);
        in(room.namespace_of(endpoint).get(), [&] {
            tcp_ = std::make_unique<Server>(80, name);
            udp_ = std::make_unique<Server>(80, name, true);
        });
        return endpoint;
    }

    std::optional<std::string> ask_from_world(
        const std::string& address, std::uint16_t port, bool udp = false,
        std::chrono::milliseconds patience = std::chrono::milliseconds(1500)) {
        return in(world_.get(), [&] { return ask(address, port, udp, patience); });
    }

    Network dual_stack(Room& room) {
        NetworkRequest request;
        request.name = "dual";
        request.enable_ipv6 = true;
        return room.networks->create(request);
    }

    UniqueFd world_;
    std::unique_ptr<Server> tcp_, udp_;
};

TEST_F(Publish, ReachableFromEverySide) {
    Room room(config());
    auto web = serve(room, "web");
    auto published = room.networks->publish(web, {{80, Protocol::tcp, "", 8080}});
    EXPECT_THAT(published, ElementsAre(PublishedPort{80, Protocol::tcp, "0.0.0.0", 8080},
                                       PublishedPort{80, Protocol::tcp, "::", 8080}));
    EXPECT_EQ(ask_from_world("10.9.0.1", 8080), "web");
    EXPECT_EQ(tcp_->last_peer(), "10.9.0.2") << "the client's address is kept";
    EXPECT_EQ(ask("127.0.0.1", 8080), "web");
    EXPECT_EQ(ask("127.8.8.8", 8080), "web");
    EXPECT_EQ(ask("10.9.0.1", 8080), "web");
    EXPECT_EQ(ask("172.17.0.1", 8080), "web");
    auto client = room.start("client");
    in(room.namespace_of(client).get(), [] {
        EXPECT_EQ(ask("10.9.0.1", 8080), "web") << "from a container of the same network";
        EXPECT_EQ(ask("172.17.0.1", 8080), "web");
    });
    in(room.namespace_of(web).get(),
       [] { EXPECT_EQ(ask("10.9.0.1", 8080), "web") << "from the container itself"; });
}

TEST_F(Publish, Ipv6HostAddressesReachAContainerWithIpv4Alone) {
    Room room(config());
    auto web = serve(room, "web");
    room.networks->publish(web, {{80, Protocol::tcp, "", 8080}, {80, Protocol::udp, "", 8080}});
    EXPECT_EQ(ask("::1", 8080), "web");
    EXPECT_EQ(ask_from_world("fd09::1", 8080), "web");
    EXPECT_EQ(ask("::1", 8080, true), "web");
    EXPECT_EQ(ask_from_world("fd09::1", 8080, true), "web");
}

TEST_F(Publish, Ipv6ToAContainerWithIpv6) {
    Room room(config());
    auto network = dual_stack(room);
    auto web = serve(room, "web", network.id);
    ASSERT_NE(web.ipv6_address, "");
    auto six =
        in(room.namespace_of(web).get(), [] { return std::make_unique<Server>(81, "six", false, true); });
    room.networks->publish(web, {{81, Protocol::tcp, "", 8081}});
    EXPECT_EQ(ask_from_world("fd09::1", 8081), "six");
    EXPECT_EQ(six->last_peer(), "fd09::2");
    EXPECT_EQ(ask("fd09::1", 8081), "six");
    EXPECT_EQ(ask("::1", 8081), "six");
    EXPECT_EQ(ask_from_world(web.ipv6_address, 81, false, briefly), std::nullopt)
        << "around the host's address";
    auto out = in(world_.get(), [] { return std::make_unique<Server>(82, "world", false, true); });
    in(room.namespace_of(web).get(), [] { EXPECT_EQ(ask("fd09::2", 82), "world"); });
    EXPECT_EQ(out->last_peer(), "fd09::1") << "masqueraded";
}

TEST_F(Publish, UdpBothWays) {
    Room room(config());
    auto dns = serve(room, "dns");
    room.networks->publish(dns, {{80, Protocol::udp, "", 5353}});
    EXPECT_EQ(ask_from_world("10.9.0.1", 5353, true), "dns");
    EXPECT_EQ(ask("127.0.0.1", 5353, true), "dns");
    EXPECT_EQ(ask("127.0.0.1", 5353, false, briefly), std::nullopt) << "TCP was not published";
}

TEST_F(Publish, UdpClientsThatKeepSendingFollowThePort) {
    Room room(config());
    auto one = serve(room, "one");
    auto client = in(world_.get(), [] {
        UniqueFd socket(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
        auto [host, length] =
            linux::netlink::socket_address(linux::netlink::IpAddress::parse("10.9.0.1"), 5353);
        check(::connect(socket.get(), reinterpret_cast<sockaddr*>(&host), length), "connect");
        timeval patience{1, 0};
        check(::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), "SO_RCVTIMEO");
        return socket;
    });
    auto answer = [&]() -> std::string {
        char buffer[16];
        ::send(client.get(), "?", 1, 0);
        auto size = ::recv(client.get(), buffer, sizeof buffer, 0);
        return size < 0 ? "" : std::string(buffer, static_cast<std::size_t>(size));
    };
    EXPECT_EQ(answer(), "") << "nobody is there yet";
    room.networks->publish(one, {{80, Protocol::udp, "0.0.0.0", 5353}});
    EXPECT_EQ(answer(), "one");
    room.networks->release_sandbox(one.sandbox_id);
    auto two = serve(room, "two");
    room.networks->publish(two, {{80, Protocol::udp, "0.0.0.0", 5353}});
    EXPECT_EQ(answer(), "two");
}

TEST_F(Publish, LocalhostStaysLocal) {
    Room room(config());
    auto web = serve(room, "web");
    room.networks->publish(web, {{80, Protocol::tcp, "127.0.0.1", 8080}});
    EXPECT_EQ(ask("127.0.0.1", 8080), "web");
    EXPECT_EQ(ask_from_world("10.9.0.1", 8080, false, briefly), std::nullopt);
    // A neighbour that routes 127.0.0.1 to this host, and one that routes the containers' subnet.
    in(world_.get(), [] {
        output_of(
            "sysctl -w net.ipv4.conf.all.route_localnet=1; ip addr del 127.0.0.1/8 dev lo; "
            "ip route del table local 127.0.0.0/8; ip route add 127.0.0.1 via 10.9.0.1 src 10.9.0.2; "
            "ip route add 172.17.0.0/16 via 10.9.0.1");
        EXPECT_EQ(ask("127.0.0.1", 8080, false, briefly), std::nullopt);
        EXPECT_EQ(ask("172.17.0.2", 80, false, briefly), std::nullopt);
    });
}

TEST_F(Publish, AContainerDoesNotReachTheHostsLoopback) {
    Room room(config());
    auto client = room.start("client");
    auto secret = std::make_unique<Server>(6000, "secret");
    in(room.namespace_of(client).get(), [] {
        output_of(
            "sysctl -w net.ipv4.conf.all.route_localnet=1; ip addr del 127.0.0.1/8 dev lo; "
            "ip route del table local 127.0.0.0/8; ip route add 127.0.0.1 via 172.17.0.1");
        EXPECT_EQ(ask("127.0.0.1", 6000, false, briefly), std::nullopt);
    });
}

TEST_F(Publish, OneAddressOfTheHost) {
    Room room(config());
    auto web = serve(room, "web");
    room.networks->publish(web, {{80, Protocol::tcp, "10.9.0.1", 8080}});
    EXPECT_EQ(ask_from_world("10.9.0.1", 8080), "web");
    EXPECT_EQ(ask("127.0.0.1", 8080, false, briefly), std::nullopt);
    auto other = room.start("other");
    auto bound = in(room.namespace_of(other).get(), [] { return std::make_unique<Server>(80, "other"); });
    room.networks->publish(other, {{80, Protocol::tcp, "127.0.0.1", 8080}});
    EXPECT_EQ(ask("127.0.0.1", 8080), "other");
    EXPECT_EQ(ask("10.9.0.1", 8080), "web");
}

TEST_F(Publish, ConflictsAreSaidInDockersWords) {
    Room room(config());
    auto one = serve(room, "one"), two = room.start("two");
    room.networks->publish(one, {{80, Protocol::tcp, "", 8080}});
    const auto who =
        fmt::format("driver failed programming external connectivity on endpoint two ({}): ", two.id);
    auto publish = [&](PortRequest request) {
        return [&, request] { room.networks->publish(two, {request}); };
    };
    EXPECT_THAT(publish({80, Protocol::tcp, "", 8080}),
                ThrowsMessage<Conflict>(who + "Bind for 0.0.0.0:8080 failed: port is already allocated"));
    EXPECT_THAT(publish({80, Protocol::tcp, "127.0.0.1", 8080}),
                ThrowsMessage<Conflict>(who + "Bind for 127.0.0.1:8080 failed: port is already allocated"));
    Server server(8090, "host");
    EXPECT_THAT(publish({80, Protocol::tcp, "", 8090}),
                ThrowsMessage<Conflict>(who + "failed to bind host port for 0.0.0.0:8090:172.17.0.3:80/tcp: "
                                              "address already in use"));
    EXPECT_THAT(publish({80, Protocol::tcp, "10.1.2.3", 8091}),
                ThrowsMessage<Conflict>(HasSubstr("cannot assign requested address")));
    EXPECT_NO_THROW(room.networks->publish(two, {{80, Protocol::udp, "", 8080}})) << "another protocol";
}

TEST_F(Publish, AllOrNothing) {
    Room room(config());
    auto one = serve(room, "one"), two = room.start("two");
    room.networks->publish(one, {{80, Protocol::tcp, "", 8080}});
    EXPECT_THROW(room.networks->publish(two, {{80, Protocol::tcp, "", 8085}, {80, Protocol::tcp, "", 8080}}),
                 Conflict);
    EXPECT_THAT(output_of("nft list table inet dhow"), AllOf(HasSubstr("8080"), Not(HasSubstr("8085"))));
    EXPECT_NO_THROW(room.networks->publish(two, {{80, Protocol::tcp, "", 8085}}));
}

TEST_F(Publish, ThePortIsTakenForTheHostToo) {
    Room room(config());
    auto web = serve(room, "web");
    room.networks->publish(web, {{80, Protocol::tcp, "", 8080}});
    EXPECT_THROW(Server(8080, "thief"), SystemError);
    room.networks->release_sandbox(web.sandbox_id);
    EXPECT_NO_THROW(Server(8080, "heir"));
}

TEST_F(Publish, APortThatWasUsedIsFreeForTheNext) {
    Room room(config());
    for (int i = 0; i < 3; ++i) {
        auto web = serve(room, "web");
        room.networks->publish(web, {{80, Protocol::tcp, "", 8080}});
        EXPECT_EQ(ask("::1", 8080), "web");
        EXPECT_EQ(ask("127.0.0.1", 8080), "web");
        EXPECT_EQ(ask_from_world("fd09::1", 8080), "web");
        room.networks->release_sandbox(web.sandbox_id);
    }
}

TEST_F(Publish, EphemeralPortsAndRanges) {
    Room room(config());
    auto web = serve(room, "web"), other = room.start("other");
    auto published = room.networks->publish(web, {{80}});
    ASSERT_THAT(published, SizeIs(2));
    EXPECT_EQ(published[0].host_port, 32768);
    EXPECT_EQ(published[1].host_port, 32768);
    EXPECT_EQ(ask("127.0.0.1", 32768), "web");
    EXPECT_EQ(room.networks->publish(other, {{80}}).at(0).host_port, 32769);
    EXPECT_EQ(room.networks->publish(web, {{80, Protocol::tcp, "", 9000, 9001}}).at(0).host_port, 9000);
    EXPECT_EQ(room.networks->publish(other, {{80, Protocol::tcp, "", 9000, 9001}}).at(0).host_port, 9001);
    EXPECT_THAT([&] { room.networks->publish(other, {{80, Protocol::tcp, "", 9000, 9001}}); },
                ThrowsMessage<Conflict>(HasSubstr("all ports are allocated")));
}

TEST_F(Publish, FiveHundredPortsAreQuick) {
    Room room(config());
    auto web = serve(room, "web");
    std::vector<PortRequest> requests;
    for (std::uint16_t port = 10000; port < 10500; ++port)
        requests.push_back({80, Protocol::tcp, "0.0.0.0", port});
    auto begin = std::chrono::steady_clock::now();
    room.networks->publish(web, requests);
    auto many = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    EXPECT_EQ(ask("127.0.0.1", 10000), "web");
    EXPECT_EQ(ask_from_world("10.9.0.1", 10499), "web");
    auto other = room.start("other");
    begin = std::chrono::steady_clock::now();
    room.networks->publish(other, {{80, Protocol::tcp, "0.0.0.0", 20000}});
    auto one = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    RecordProperty("ms_500", std::to_string(many));
    RecordProperty("ms_1_more", std::to_string(one));
    std::printf("500 ports in %.2f ms, one more in %.2f ms\n", many, one);
}

TEST_F(Publish, WithoutFirewallTheRelayServes) {
    auto without = config();
    without.firewall = false;
    Room room(without);
    auto web = serve(room, "web");
    room.networks->publish(web, {{80, Protocol::tcp, "", 8080}});
    EXPECT_EQ(ask("127.0.0.1", 8080), "web");
    EXPECT_EQ(ask_from_world("10.9.0.1", 8080), "web");
    EXPECT_THAT(output_of("nft list tables"), Not(HasSubstr("dhow")));
}

}  // namespace
}  // namespace dhow::network
