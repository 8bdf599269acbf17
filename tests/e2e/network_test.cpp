// Two hosts and a cable: what a container's network is from outside.

#include "support/end_to_end.hpp"

namespace dhow::test {
namespace {

class Network : public EndToEnd {
  protected:
    static void SetUpTestSuite() {
        EndToEnd::SetUpTestSuite();
        outside = std::make_unique<Host>();
        Host::join(host(), "192.0.2.1/24", *outside, "192.0.2.2/24", "cable");
        for (auto [side, address] : {std::pair{&host(), "2001:db8::1/64"},
                                     std::pair{static_cast<const Host*>(outside.get()), "2001:db8::2/64"}})
            expect_success(run(sh(std::string("ip addr add ") + address + " dev cable nodad").on(*side)));
    }
    static void TearDownTestSuite() {
        outside.reset();
        EndToEnd::TearDownTestSuite();
    }
    void TearDown() override {}  // the cable is one interface more than the leak check of the suite knows

    /// The body at an address, fetched from a host; empty when it does not answer.
    static std::string fetch(const Host& from, const std::string& where) {
        return run(sh("timeout 2 busybox wget -q -O - http://" + where + "/").on(from)).text();
    }

    static std::unique_ptr<Host> outside;
};

std::unique_ptr<Host> Network::outside;

constexpr auto page = "Hello from a container of dhow.";

TEST_F(Network, published_port_is_reached_from_outside) {
    docker("run -d --name web -p 8080:80 busybox httpd -f -h /www");
    EXPECT_TRUE(eventually([&] { return fetch(*outside, "192.0.2.1:8080") == page; }));
    EXPECT_EQ(fetch(*outside, "[2001:db8::1]:8080"), page);
    EXPECT_EQ(fetch(host(), "127.0.0.1:8080"), page);
    EXPECT_EQ(fetch(host(), "192.0.2.1:8080"), page);
    docker("rm -f web");
    EXPECT_EQ(fetch(*outside, "192.0.2.1:8080"), "");
}

TEST_F(Network, port_published_on_loopback_is_not_reached_from_outside) {
    docker("run -d --name web -p 127.0.0.1:8080:80 busybox httpd -f -h /www");
    EXPECT_TRUE(eventually([&] { return fetch(host(), "127.0.0.1:8080") == page; }));
    EXPECT_EQ(fetch(*outside, "192.0.2.1:8080"), "");
    // A neighbour that routes 127.0.0.0/8 or the container's own network to this host gets nothing either.
    auto address = inspect("web", "{{.NetworkSettings.Networks.bridge.IPAddress}}");
    run(sh("ip route add " + address + " via 192.0.2.1; sysctl -qw net.ipv4.conf.all.route_localnet=1")
            .on(*outside));
    EXPECT_EQ(fetch(*outside, address), "");
    docker("rm -f web");
}

TEST_F(Network, container_reaches_outside_under_the_address_of_its_host) {
    Process server(sh("busybox nc -l -p 9000 -e sh -c 'netstat -tn | grep :9000'").on(*outside),
                   daemon().work() / "seen", "");
    EXPECT_TRUE(eventually([&] { return run(sh("ss -ltn | grep :9000").on(*outside)).status == 0; }));
    auto seen = docker("run --rm busybox sh -c 'nc 192.0.2.2 9000 </dev/null'");
    EXPECT_NE(seen.find("192.0.2.1:"), std::string::npos) << seen;
}

TEST_F(Network, client_address_is_seen_by_the_container) {
    docker("run -d --name echo -p 8080:80 busybox nc -l -p 80 -e sh -c 'netstat -tn | grep :80'");
    auto seen = run(sh("sleep 0.3; timeout 3 busybox nc 192.0.2.1 8080 </dev/null").on(*outside)).out;
    EXPECT_NE(seen.find("192.0.2.2:"), std::string::npos) << seen;
    docker("rm -f echo");
}

}  // namespace
}  // namespace dhow::test
