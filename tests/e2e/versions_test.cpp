// Old and new clients: a container's whole life in the words of one version of the Engine API.

#include "support/end_to_end.hpp"
#include "support/http.hpp"

namespace dhow::test {
namespace {

class Versions : public EndToEnd, public testing::WithParamInterface<const char*> {
  protected:
    /// What a client of the version gets; its status must be the one given.
    static json::Value ask(const std::string& method, const std::string& target, int status,
                           const std::string& body = "") {
        auto answer = request(daemon().socket(), method, fmt::format("/v{}{}", GetParam(), target), body);
        EXPECT_EQ(answer.status, status) << method << " " << target << "\n" << answer.body;
        return answer.body.empty() ? json::Value() : answer.json();
    }

    static std::string text(const json::Value& document, const char* pointer) {
        boost::system::error_code absent;
        const auto* found = document.find_pointer(pointer, absent);
        return found && found->is_string() ? std::string(found->get_string()) : "";
    }

    void SetUp() override {
        auto highest = docker("version --format '{{.Server.APIVersion}}'");
        if (std::stoi(std::string(GetParam()).substr(2)) > std::stoi(highest.substr(2)))
            GTEST_SKIP() << "the daemon knows versions up to " << highest;
    }
};

TEST_P(Versions, the_docker_client_gets_through_a_life) {
    auto run = [](const std::string& line) {
        auto command = daemon().sh("docker " + line).with("DOCKER_API_VERSION", GetParam());
        return expect_success(test::run(command)).text();
    };
    EXPECT_EQ(run("version --format '{{.Client.APIVersion}}'"), GetParam());
    run("create --name life -l a=b -e X=1 -m 32m -p 127.0.0.1::80 busybox sh -c 'echo out; echo err >&2; "
        "exit 3'");
    EXPECT_EQ(run("inspect -f '{{.State.Status}} {{.Config.Labels.a}} {{.HostConfig.Memory}}' life"),
              "created b 33554432");
    EXPECT_EQ(run("ps -a --format '{{.Names}} {{.Image}} {{.State}}' -f label=a=b"), "life busybox created");
    run("start life");
    EXPECT_EQ(run("wait life"), "3");
    EXPECT_EQ(run("logs life 2>/dev/null"), "out");
    EXPECT_EQ(run("inspect -f '{{.State.Status}} {{.State.ExitCode}}' life"), "exited 3");
    EXPECT_EQ(run("run --rm busybox echo through"), "through");
    EXPECT_EQ(run("images -q busybox").size(), 12U);
    run("rm life");
    EXPECT_EQ(run("ps -aq"), "");
}

TEST_P(Versions, documents_hold_what_clients_of_the_time_read) {
    auto id =
        text(ask("POST", "/containers/create?name=by-hand", 201,
                 R"({"Image": "busybox", "Cmd": ["sleep", "1000"], "HostConfig": {"Memory": 33554432}})"),
             "/Id");
    EXPECT_EQ(id.size(), 64U);
    ask("POST", "/containers/by-hand/start", 204);
    ask("POST", "/containers/by-hand/start", 304);
    auto document = ask("GET", "/containers/by-hand/json", 200);
    EXPECT_EQ(text(document, "/Id"), id);
    EXPECT_EQ(text(document, "/Name"), "/by-hand");
    EXPECT_EQ(text(document, "/State/Status"), "running");
    EXPECT_EQ(text(document, "/Config/Image"), "busybox");
    EXPECT_NE(text(document, "/NetworkSettings/Networks/bridge/IPAddress"), "");
    EXPECT_NE(text(document, "/NetworkSettings/IPAddress"), "") << "gone only since 1.52";
    auto list = ask("GET", "/containers/json", 200);
    ASSERT_EQ(list.as_array().size(), 1U);
    EXPECT_EQ(text(list, "/0/Id"), id);
    EXPECT_EQ(text(list, "/0/State"), "running");
    EXPECT_EQ(text(ask("GET", "/containers/nosuch/json", 404), "/message"), "No such container: nosuch");
    ask("DELETE", "/containers/by-hand", 409);
    ask("DELETE", "/containers/by-hand?force=1", 204);
    ask("GET", "/containers/by-hand/json", 404);
}

INSTANTIATE_TEST_SUITE_P(of_the_api, Versions, testing::Values("1.24", "1.41", "1.44", "1.51"),
                         [](const auto& version) {
                             auto name = std::string(version.param);
                             name[1] = '_';
                             return "v" + name;
                         });

class UnknownVersions : public EndToEnd {};

TEST_F(UnknownVersions, are_refused_with_the_bounds) {
    auto old = request(daemon().socket(), "GET", "/v1.11/containers/json");
    EXPECT_EQ(old.status, 400);
    EXPECT_NE(old.body.find("client version 1.11 is too old"), std::string::npos) << old.body;
    auto future = request(daemon().socket(), "GET", "/v1.99/containers/json");
    EXPECT_EQ(future.status, 400);
    EXPECT_NE(future.body.find("client version 1.99 is too new"), std::string::npos) << future.body;
}

}  // namespace
}  // namespace dhow::test
