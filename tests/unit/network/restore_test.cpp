// A daemon dies, or an admin interferes: what is owned stays or comes back, what is not goes.

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "unit/network/hosts.hpp"

namespace dhow::network {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Restore : public HostTest {
  protected:
    /// As kill -9 leaves it: nothing is undone. (What a destructor would undo is held in pins, bridges and
    /// nftables, none of which it touches for containers that run.)
    static void crash(std::unique_ptr<Room> room) { room.reset(); }
};

TEST_F(Restore, OwnedStaysAndStraysGo) {
    auto room = std::make_unique<Room>(config());
    auto web = room->start("web"), stray = room->start("stray");
    auto ports = room->networks->publish(web, {{80, Protocol::tcp, "0.0.0.0", 8080}});
    room->networks->publish(stray, {{80, Protocol::tcp, "0.0.0.0", 8081}});
    NetworkRequest request;
    request.name = "forgotten";
    auto forgotten = room->networks->create(request);
    auto predefined = room->predefined;
    auto inside = room->namespace_of(web);
    auto server = in(inside.get(), [] { return std::make_unique<Server>(80, "web"); });
    crash(std::move(room));
    EXPECT_EQ(ask("127.0.0.1", 8080), "web") << "while no daemon is there";

    Room next(config(), {predefined, {{web.sandbox_id, {web}, ports}}});
    EXPECT_THAT(next.report.failed, IsEmpty());
    EXPECT_THAT(next.report.removed, Contains("network namespace " + stray.sandbox_id));
    EXPECT_THAT(next.report.removed, Contains("interface " + forgotten.bridge));
    EXPECT_THAT(next.report.removed, Contains("firewall: ports4 tcp . 8081 : 172.17.0.3 . 80"));
    EXPECT_EQ(ask("127.0.0.1", 8080), "web");
    EXPECT_THAT(output_of("nft list table inet dhow"),
                AllOf(HasSubstr("8080"), Not(HasSubstr("8081")), Not(HasSubstr(forgotten.bridge))));
    EXPECT_TRUE(eventually([&] {
        auto names = interfaces();
        return std::ranges::find(names, stray.host_interface) == names.end();
    }));
    // Addresses and ports are known to be taken.
    EXPECT_THROW(next.start("x", {}, web.ipv4_address), Conflict);
    auto other = next.start("other");
    EXPECT_THROW(next.networks->publish(other, {{80, Protocol::tcp, "", 8080}}), Conflict);
    // And are given back as ever.
    next.networks->release_sandbox(web.sandbox_id);
    EXPECT_THAT(output_of("nft list table inet dhow"), Not(HasSubstr("8080")));
    EXPECT_NO_THROW(next.networks->publish(other, {{80, Protocol::tcp, "", 8080}}));
}

TEST_F(Restore, NothingToDoIsNothing) {
    auto room = std::make_unique<Room>(config());
    auto web = room->start("web");
    auto ports = room->networks->publish(web, {{80, Protocol::tcp, "", 8080}});
    auto predefined = room->predefined;
    crash(std::move(room));
    for (int i = 0; i < 3; ++i) {
        Room next(config(), {predefined, {{web.sandbox_id, {web}, ports}}});
        EXPECT_THAT(next.report.failed, IsEmpty());
        EXPECT_THAT(next.report.removed, IsEmpty());
        EXPECT_THAT(next.report.added, IsEmpty());
    }
}

TEST_F(Restore, AfterARebootAllIsMadeAnew) {
    std::vector<Network> predefined;
    {
        Room room(config());
        predefined = room.predefined;
    }
    Room next(config(), {predefined, {}});
    EXPECT_EQ(next.predefined.front().id, predefined.front().id);
    EXPECT_THAT(next.report.failed, IsEmpty());
    EXPECT_EQ(next.start("web").ipv4_address, "172.17.0.2");
}

TEST_F(Restore, AFlushedFirewallComesBackByItself) {
    Room room(config());
    auto web = room.start("web");
    auto server = in(room.namespace_of(web).get(), [] { return std::make_unique<Server>(80, "web"); });
    room.networks->publish(web, {{80, Protocol::tcp, "127.0.0.1", 8080}});
    output_of("nft flush ruleset");
    EXPECT_TRUE(eventually([] { return ask("127.0.0.1", 8080, false, briefly) == "web"; }));
    output_of("nft flush chain inet dhow forward");
    EXPECT_TRUE(eventually([] {
        return output_of("nft list chain inet dhow forward").find("jump to_container") != std::string::npos;
    }));
}

TEST_F(Restore, RepairTellsWhatWasMissing) {
    auto unwatched = config();
    unwatched.watch_firewall = false;
    Room room(unwatched);
    auto web = room.start("web");
    auto server = in(room.namespace_of(web).get(), [] { return std::make_unique<Server>(80, "web"); });
    room.networks->publish(web, {{80, Protocol::tcp, "127.0.0.1", 8080}});
    EXPECT_THAT(room.networks->repair(), IsEmpty());
    output_of("nft flush ruleset");
    EXPECT_EQ(ask("127.0.0.1", 8080, false, briefly), std::nullopt);
    EXPECT_THAT(room.networks->repair(), Contains("+ table inet dhow"));
    EXPECT_EQ(ask("127.0.0.1", 8080), "web");
    output_of("nft flush chain inet dhow forward");
    EXPECT_THAT(room.networks->repair(), Contains("~ the rules of table inet dhow"));
    output_of("nft 'delete element inet dhow bridges { \"dhow0\" }'");
    EXPECT_THAT(room.networks->repair(), Contains("+ bridges \"dhow0\""));
    EXPECT_THAT(room.networks->repair(), IsEmpty());
    // Without a repair, the next change finds out.
    output_of("nft flush ruleset");
    room.networks->publish(room.start("other"), {{80, Protocol::tcp, "127.0.0.1", 8081}});
    EXPECT_EQ(ask("127.0.0.1", 8080), "web");
}

TEST_F(Restore, ADeletedBridgeComesBack) {
    auto unwatched = config();
    unwatched.watch_firewall = false;
    Room room(unwatched);
    auto web = room.start("web");
    auto server = in(room.namespace_of(web).get(), [] { return std::make_unique<Server>(80, "web"); });
    output_of("ip link delete dhow0");
    EXPECT_EQ(ask(web.ipv4_address, 80, false, briefly), std::nullopt);
    EXPECT_THAT(room.networks->repair(), Contains("bridge dhow0"));
    EXPECT_EQ(ask(web.ipv4_address, 80), "web");
    output_of("ip link delete dhow0");
    EXPECT_NO_THROW(room.start("next")) << "attaching makes it too";
}

TEST_F(Restore, ForeignBridgesAreLeftAlone) {
    output_of("ip link add br-0123456789ab type bridge; ip link add docker0 type bridge");
    Room room(config());
    EXPECT_THAT(interfaces(), AllOf(Contains("br-0123456789ab"), Contains("docker0")));
}

}  // namespace
}  // namespace dhow::network
