// BuildKit's API as a hostile client speaks it: messages that no buildx sends. The daemon refuses them, and
// serves the next one.

#include <boost/asio/io_context.hpp>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "base/random.hpp"
#include "build/buildkit/protocol/control.pb.h"
#include "build/buildkit/protocol/gateway.pb.h"
#include "rpc/service.hpp"
#include "support/end_to_end.hpp"
#include "support/http.hpp"

namespace dhow::test {
namespace {

namespace protocol = dhow::build::buildkit::protocol;

const std::string control = "/moby.buildkit.v1.Control/";
const std::string bridge = "/moby.buildkit.v1.frontend.LLBBridge/";

class HostileBuildKit : public EndToEnd {
  protected:
    /// A connection that was taken over for gRPC.
    static UniqueFd take_over() {
        auto socket = connect_unix(daemon().socket());
        std::string request = "POST /grpc HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
        check(::write(socket.get(), request.data(), request.size()), "send");
        std::string head;
        for (char byte = 0; !head.ends_with("\r\n\r\n"); head += byte)
            if (check(::read(socket.get(), &byte, 1), "receive") == 0)
                throw InternalError("no answer: {}", head);
        EXPECT_THAT(head, testing::StartsWith("HTTP/1.1 101 "));
        check(::fcntl(socket.get(), F_SETFL, O_NONBLOCK), "do not block");
        return socket;
    }

    /// One call with one message. @return how it ended
    static rpc::Status call(const std::string& path, const std::string& message,
                            const rpc::Metadata& metadata = {}) {
        asio::io_context loop;
        auto connection = rpc::Connection::calling(loop.get_executor(), take_over());
        rpc::Status status;
        auto ask = [&]() -> Task<void> {
            try {
                auto one = connection->call(path, metadata);
                co_await one->write(message);
                one->close_output();
                while (co_await one->read()) continue;
            } catch (const rpc::CallFailed& failure) {
                status = failure.status();
            }
            connection->close();
        };
        asio::co_spawn(loop, connection->run(), asio::detached);
        asio::co_spawn(loop, ask(), asio::detached);
        loop.run_for(30s);
        EXPECT_TRUE(connection->closed()) << path << " was not answered";
        return status;
    }

    static void expect_well() {
        EXPECT_TRUE(daemon().running());
        EXPECT_EQ(call(control + "Info", "").code, rpc::Code::ok);
    }
    /// Nothing that the name could have led to.
    static void expect_no_file(const std::string& name) {
        EXPECT_EQ(run(sh("find " + daemon().folder().native() + " /tmp -name '*" + name + "*'")).text(), "");
    }
};

TEST_F(HostileBuildKit, containers_of_a_client_are_not_run) {  // CVE-2024-23653
    for (const char* method : {"NewContainer", "ReleaseContainer", "ExecProcess", "ReadFile", "ReadDir",
                               "StatFile", "Inputs", "Warn", "NoSuchMethod", ""})
        EXPECT_NE(call(bridge + method, "").code, rpc::Code::ok) << method;
    EXPECT_EQ(call(bridge + "NewContainer", "").code, rpc::Code::unimplemented);
    EXPECT_EQ(call(bridge + "ExecProcess", "").code, rpc::Code::unimplemented);
    expect_well();
}

TEST_F(HostileBuildKit, messages_without_sense_end_their_call_alone) {  // CVE-2024-23650
    std::vector<std::string> messages{"", "\x0a", std::string(64, '\0'),
                                      std::string("\x0a\xff\xff\xff\xff\x0f"), std::string(1 << 20, '\x12')};
    for (int i = 0; i < 8; ++i) messages.push_back(random_hex(64));
    for (const auto& path :
         {control + "Solve", control + "Status", control + "Prune", control + "DiskUsage",
          control + "ListWorkers", control + "Info", control + "Session", control + "ListenBuildHistory",
          control + "UpdateBuildHistory", bridge + "Solve", bridge + "Ping", bridge + "Return",
          bridge + "Evaluate", bridge + "ResolveImageConfig", std::string("/grpc.health.v1.Health/Check"),
          std::string("/"), std::string("/x")}) {
        for (const auto& message : messages) {
            // A prune without filters is a request that has sense.
            if (message.empty() && (path.ends_with("Prune") || path.ends_with("Status"))) continue;
            call(path, message, {{"buildkit-controlapi-buildid", "nothing"}});
        }
        ASSERT_TRUE(daemon().running()) << path;
    }
    expect_well();
}

TEST_F(HostileBuildKit, orders_that_lack_their_half_are_refused) {  // CVE-2024-23650
    protocol::SolveRequest request;
    EXPECT_NE(call(control + "Solve", request.SerializeAsString()).code, rpc::Code::ok);
    request.set_ref("ref");
    request.set_frontend("dockerfile.v0");
    EXPECT_THAT(call(control + "Solve", request.SerializeAsString()).message, testing::HasSubstr("session"));
    request.set_ref("ref2");
    request.set_session("absent");
    EXPECT_NE(call(control + "Solve", request.SerializeAsString()).code, rpc::Code::ok);
    request.set_ref("ref3");
    request.set_frontend("gateway.v0");
    request.clear_session();
    EXPECT_NE(call(control + "Solve", request.SerializeAsString()).code, rpc::Code::ok);
    request.set_ref("ref4");
    request.clear_frontend();
    request.mutable_definition()->add_def("\x0a\x02\x08\x01");
    EXPECT_THAT(call(control + "Solve", request.SerializeAsString()).message, testing::HasSubstr("LLB"));
    expect_well();
}

TEST_F(HostileBuildKit, names_of_a_client_are_no_paths) {  // CVE-2026-33747
    for (const char* name : {"../../../../escape-name", "/tmp/escape-name", "a/../../escape-name"}) {
        protocol::SolveRequest request;
        request.set_ref(name);
        request.set_session(name);
        request.set_frontend(name);
        call(control + "Solve", request.SerializeAsString());
        protocol::StatusRequest status;
        status.set_ref(name);
        call(control + "Status", status.SerializeAsString());
        protocol::gateway::SolveRequest solve;
        solve.set_frontend("dockerfile.v0");
        (*solve.mutable_frontend_opt())["filename"] = name;
        (*solve.mutable_frontend_opt())["localname:context"] = name;
        call(bridge + "Solve", solve.SerializeAsString(), {{"buildkit-controlapi-buildid", name}});
    }
    expect_no_file("escape-name");
    expect_well();
}

TEST_F(HostileBuildKit, bytes_that_are_no_http_2_end_their_connection_alone) {  // CVE-2024-23650
    for (const auto& bytes :
         {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(1 << 16, 'x'), std::string(1024, '\0'),
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + std::string(4096, '\xff')}) {
        auto socket = take_over();
        if (::write(socket.get(), bytes.data(), bytes.size()) < 0) continue;
        char rest[4096];
        EXPECT_TRUE(eventually([&] { return ::read(socket.get(), rest, sizeof rest) == 0; }));
    }
    expect_well();
}

}  // namespace
}  // namespace dhow::test
