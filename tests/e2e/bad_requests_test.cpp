// Requests that no client would send: one clear error with the right status, and nothing half made.

#include <cstring>

#include <sys/socket.h>

#include "support/end_to_end.hpp"
#include "support/http.hpp"

namespace dhow::test {
namespace {

class BadRequests : public EndToEnd {
  protected:
    static void expect_refused(int status, const std::string& method, const std::string& target,
                               const std::string& body = "") {
        auto answer = request(daemon().socket(), method, target, body);
        EXPECT_EQ(answer.status, status) << method << " " << target << " " << body.substr(0, 200) << "\n"
                                         << answer.body;
        // An error is a document with one message, and a message is one line.
        ASSERT_EQ(answer.body.substr(0, 12), "{\"message\":\"") << method << " " << target;
        auto message = std::string(answer.json().at("message").as_string());
        EXPECT_NE(message, "") << method << " " << target;
        EXPECT_EQ(message.find('\n'), std::string::npos) << message;
        EXPECT_EQ(request(daemon().socket(), "GET", "/_ping").status, 200)
            << "after " << method << " " << target;
    }
};

TEST_F(BadRequests, unknown_paths_and_methods) {
    expect_refused(404, "GET", "/nosuch");
    expect_refused(404, "GET", "/v1.41/nosuch");
    expect_refused(404, "GET", "/containers/nosuch/json");
    expect_refused(404, "DELETE", "/containers/nosuch");
    expect_refused(404, "POST", "/containers/nosuch/start");
    expect_refused(404, "GET", "/images/nosuch/json");
    expect_refused(404, "GET", "/exec/nosuch/json");
    // A path that climbs is no path to anything.
    for (auto path : {"/containers/%2e%2e%2f%2e%2e%2fetc/json", "/containers/../../etc/json", "//etc/passwd"})
        EXPECT_GE(request(daemon().socket(), "GET", path).status, 301) << path;
}

TEST_F(BadRequests, versions) {
    expect_refused(400, "GET", "/v1.99/containers/json");
    EXPECT_EQ(request(daemon().socket(), "GET", "/v1.5/containers/json").status, 400);
    EXPECT_EQ(request(daemon().socket(), "GET", "/v1.24/containers/json").status, 200);
    EXPECT_EQ(request(daemon().socket(), "GET", "/v1.41/containers/json").status, 200);
}

TEST_F(BadRequests, bodies) {
    auto create = "/v1.41/containers/create";
    for (auto body :
         {"{", "[]", "\"x\"", "{\"Image\":", "{\"Image\":7}", "{\"Image\":\"busybox\",\"Cmd\":7}",
          "{\"Image\":\"busybox\",\"HostConfig\":[]}",
          "{\"Image\":\"busybox\",\"HostConfig\":{\"Memory\":\"x\"}}",
          "{\"Image\":\"busybox\",\"Env\":{\"a\":1}}",
          "{\"Image\":\"busybox\",\"HostConfig\":{\"Memory\":99999999999999999999}}", "\xff\xfe", "nonsense"})
        expect_refused(400, "POST", create, body);
    expect_refused(400, "POST", create, std::string(100, '[') + std::string(100, ']'));
    expect_refused(400, "POST", create, "{\"Image\":\"busybox\"," + std::string(70, '{'));
    expect_refused(400, "POST", create, "{\"Image\":\"\"}");
    expect_refused(404, "POST", create, "{\"Image\":\"nosuch\"}");
}

TEST_F(BadRequests, values) {
    auto create = [](const std::string& host_config) {
        return "{\"Image\":\"busybox\",\"Cmd\":[\"true\"],\"HostConfig\":{" + host_config + "}}";
    };
    for (auto config : {"\"Memory\":1",
                        "\"Memory\":-5",
                        "\"NanoCpus\":-1",
                        "\"CpusetCpus\":\"0-2147483647\"",
                        "\"Binds\":[\"relative:../x\"]",
                        "\"Binds\":[\":\"]",
                        "\"Binds\":[\"/:/\"]",
                        "\"PortBindings\":{\"nonsense\":[]}",
                        "\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"x\"}]}",
                        "\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"70000\"}]}",
                        "\"PortBindings\":{\"80/tcp\":[{\"HostIp\":\"x\"}]}",
                        "\"RestartPolicy\":{\"Name\":\"nonsense\"}",
                        "\"RestartPolicy\":{\"Name\":\"on-failure\",\"MaximumRetryCount\":-1}",
                        "\"CapAdd\":[\"NONSENSE\"]",
                        "\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":5,\"Hard\":2}]",
                        "\"IpcMode\":\"nonsense\"",
                        "\"PidMode\":\"nonsense\"",
                        "\"OomScoreAdj\":5000",
                        "\"ShmSize\":-1",
                        "\"LogConfig\":{\"Type\":\"nonsense\"}",
                        "\"Sysctls\":{\"kernel.core_pattern\":\"|/x\"}",
                        "\"Sysctls\":{\"net.ipv4.ip_forward\":\"1\\n+kernel.core_pattern=x\"}",
                        "\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"/nosuch\",\"Target\":\"/x\"}]",
                        "\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"/etc\",\"Target\":\"x\"}]",
                        "\"SecurityOpt\":[\"nonsense\"]"}) {
        auto answer = request(daemon().socket(), "POST", "/v1.41/containers/create", create(config));
        if (answer.status == 201) {
            // Some of these only the start can judge; it must refuse, and leave a container that can be
            // removed.
            auto id = std::string(answer.json().at("Id").as_string());
            answer = request(daemon().socket(), "POST", "/v1.41/containers/" + id + "/start");
            EXPECT_GE(answer.status, 400) << config;
            EXPECT_EQ(request(daemon().socket(), "DELETE", "/v1.41/containers/" + id).status, 204);
        }
        EXPECT_GE(answer.status, 400) << config;
        EXPECT_LT(answer.status, 501) << config << answer.body;
        EXPECT_EQ(answer.body.substr(0, 12), "{\"message\":\"") << config << answer.body;
    }
    EXPECT_EQ(docker("ps -aq"), "");
}

TEST_F(BadRequests, queries) {
    expect_refused(400, "GET", "/v1.41/containers/json?filters=nonsense");
    expect_refused(400, "GET", "/v1.41/containers/json?filters=%7B%22nonsense%22%3A%5B%22x%22%5D%7D");
    docker("run -d --name box busybox sleep 1000");
    expect_refused(400, "POST", "/v1.41/containers/box/kill?signal=NONSENSE");
    expect_refused(400, "POST", "/v1.41/containers/box/rename?name=bad%2Fname");
    expect_refused(409, "DELETE", "/v1.41/containers/box");
    expect_refused(400, "GET", "/v1.41/containers/box/logs");
    expect_refused(400, "POST", "/v1.41/containers/box/wait?condition=nonsense");
    expect_refused(409, "POST", "/v1.41/containers/create?name=box", "{\"Image\":\"busybox\"}");
}

TEST_F(BadRequests, what_is_no_http) {
    for (auto text :
         {"GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
          "POST /containers/create HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
          "POST /containers/create HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
        auto connection = connect_unix(daemon().socket());
        ASSERT_GT(::write(connection.get(), text, std::strlen(text)), 0);
        char byte;
        EXPECT_GE(::read(connection.get(), &byte, 1), 0) << "neither answered nor closed: " << text;
        EXPECT_TRUE(answers(daemon().socket()));
    }
    // A header without an end, and a client that says nothing: the daemon answers others meanwhile.
    auto slow = connect_unix(daemon().socket());
    auto endless = connect_unix(daemon().socket());
    std::string header = "GET / HTTP/1.1\r\nX: " + std::string(1 << 20, 'x');
    EXPECT_NE(::send(endless.get(), header.data(), header.size(), MSG_NOSIGNAL), 0);
    EXPECT_TRUE(answers(daemon().socket()));
}

}  // namespace
}  // namespace dhow::test
