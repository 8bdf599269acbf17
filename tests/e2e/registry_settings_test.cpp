// How registries are reached: certs.d, token servers, proxies, mirrors and rate limits, by the docker command
// line and by dhow.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "e2e/registry_support.hpp"
#include "support/false_registry.hpp"
#include "support/forward_proxy.hpp"
#include "support/token_server.hpp"

namespace dhow::test {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr auto both = {Client::docker, Client::dhow};

/// A host with an address that is not of its loopback: registries there are not insecure by rule.
class RegistrySettings : public testing::Test {
  protected:
    void SetUp() override {
        if (auto missing = Registry::missing()) GTEST_SKIP() << *missing;
        expect_success(run(sh("ip address add 192.0.2.1/32 dev lo").on(host)));
    }

    /// A daemon that has busybox.
    std::unique_ptr<Daemon> daemon_with(std::vector<std::string> options,
                                        Dhowd::Environment environment = {}) const {
        options.insert(options.end(), {"--bridge", "none"});
        auto daemon = std::make_unique<Dhowd>(host, std::move(options), std::move(environment));
        daemon->import_busybox();
        return daemon;
    }

    /// busybox under another name.
    static void tag(const Daemon& daemon, const std::string& name) {
        daemon.docker_ok("tag busybox " + name);
    }

    static void forget(const Daemon& daemon, const std::string& name) { daemon.docker_ok("rmi -f " + name); }

    /// Pushes busybox under a name, and pulls it.
    static void push_and_pull(const Daemon& daemon, const std::string& name, Client client) {
        tag(daemon, name);
        daemon.docker_ok("push -q " + name, client);
        forget(daemon, name);
        EXPECT_EQ(daemon.docker_ok("pull -q " + name, client), name);
        EXPECT_EQ(daemon.docker_ok("run --rm --network none " + name + " echo here", client), "here");
        forget(daemon, name);
    }

    /// The last line of what a refused command says.
    static std::string refusal(const Daemon& daemon, const std::string& line, Client client) {
        auto result = daemon.docker(line, client);
        EXPECT_EQ(result.status, 1) << describe(result);
        auto lines = lines_of(result.err);
        return lines.empty() ? "" : lines.back();
    }

    Host host;
};

TEST_F(RegistrySettings, the_authority_of_a_registry_is_believed_when_certs_d_has_it) {
    Registry registry(host, {.tls = true, .host = "192.0.2.1"});
    ScratchFolder certificates;
    auto daemon = daemon_with({"--certs-dir", certificates.path()});
    auto name = registry.address() + "/app:v1";
    for (auto client : both) {
        tag(*daemon, name);
        for (std::string verb : {"push ", "pull "})
            EXPECT_THAT(refusal(*daemon, verb + name, client),
                        AllOf(HasSubstr("https://192.0.2.1:5000/v2/"),
                              HasSubstr("tls: failed to verify certificate")));
        // Certificates are read anew for each transfer: the daemon need not start again.
        auto place = certificates.path() / registry.address();
        std::filesystem::copy(registry.certificates() / registry.address(), place);
        push_and_pull(*daemon, name, client);
        std::filesystem::remove_all(place);
    }
}

TEST_F(RegistrySettings, a_registry_that_asks_for_a_certificate_gets_the_one_of_certs_d) {
    Registry registry(host, {.tls = true, .host = "192.0.2.1", .wants_certificate = true});
    auto daemon = daemon_with({"--certs-dir", registry.certificates()});
    auto place = registry.certificates() / registry.address();
    auto name = registry.address() + "/app:v1";
    for (auto client : both) {
        EXPECT_THAT(refusal(*daemon, "pull " + name, client),
                    HasSubstr("remote error: tls: bad certificate"));
        registry.issue_client_certificate();
        push_and_pull(*daemon, name, client);
        std::filesystem::remove(place / "client.key");
        EXPECT_THAT(refusal(*daemon, "pull " + name, client),
                    HasSubstr("missing key client.key for client certificate"));
        std::filesystem::remove(place / "client.cert");
    }
}

TEST_F(RegistrySettings, a_proxy_of_the_environment_is_asked) {
    ForwardProxy proxy(host);
    Registry with_tls(host, {.tls = true, .host = "192.0.2.1"});
    Registry without(host, {.port = 5001, .host = "192.0.2.1"});
    auto daemon = daemon_with(
        {"--certs-dir", with_tls.certificates(), "--insecure-registry", without.address()},
        {{"HTTP_PROXY", proxy.url()}, {"HTTPS_PROXY", proxy.url()}, {"NO_PROXY", "registry.test"}});
    for (auto client : both) {
        auto before = proxy.requests().size();
        push_and_pull(*daemon, with_tls.address() + "/app:v1", client);
        push_and_pull(*daemon, without.address() + "/app:v1", client);
        auto asked = proxy.requests();
        asked.erase(asked.begin(), asked.begin() + static_cast<std::ptrdiff_t>(before));
        EXPECT_THAT(asked, Contains("CONNECT 192.0.2.1:5000"));
        EXPECT_THAT(asked, Contains("GET http://192.0.2.1:5001/v2/app/manifests/v1"));
    }
}

TEST_F(RegistrySettings, a_proxy_of_daemon_json_is_asked_but_not_for_whom_it_is_not) {
    ForwardProxy proxy(host);
    Registry proxied(host, {.tls = true, .host = "192.0.2.1"});
    Registry direct(host, {.port = 5001, .host = "192.0.2.1"});
    ScratchFolder folder;
    auto file = folder.path() / "daemon.json";
    write_file(file, fmt::format(R"({{"proxies":{{"http-proxy":"{0}","https-proxy":"{0}","no-proxy":"{1}"}},
                                      "insecure-registries":["{1}"],"certs-dir":"{2}"}})",
                                 proxy.url(), direct.address(), proxied.certificates().native()));
    // What the file says stands instead of the environment.
    auto daemon = daemon_with({"--config-file", file}, {{"HTTPS_PROXY", "http://127.0.0.1:9"}});
    for (auto client : both) {
        push_and_pull(*daemon, proxied.address() + "/app:v1", client);
        push_and_pull(*daemon, direct.address() + "/app:v1", client);
    }
    EXPECT_THAT(proxy.requests(), Each(std::string("CONNECT 192.0.2.1:5000")));
    EXPECT_THAT(proxy.requests(), Not(testing::IsEmpty()));
}

TEST_F(RegistrySettings, a_dead_proxy_is_named) {
    auto daemon = daemon_with({"--https-proxy", "http://127.0.0.1:9"});
    for (auto client : both) {
        auto result = daemon->docker("pull registry.test/app", client);
        EXPECT_EQ(result.status, 1);
        EXPECT_THAT(result.err, StartsWith("Error response from daemon: Get \"https://registry.test/v2/"));
        EXPECT_THAT(result.err, HasSubstr("proxyconnect tcp: "));
        EXPECT_THAT(result.err, HasSubstr("127.0.0.1 port 9"));
        EXPECT_EQ(lines_of(result.err).size(), 1U) << result.err;
    }
}

TEST_F(RegistrySettings, a_mirror_stands_for_docker_io_alone) {
    Registry mirror(host);
    auto daemon = daemon_with({"--registry-mirror", "http://" + mirror.address()});
    auto in_mirror = mirror.address() + "/library/mirrored:v1";
    tag(*daemon, in_mirror);
    daemon->docker_ok("push -q " + in_mirror);
    forget(*daemon, in_mirror);
    for (auto client : both) {
        EXPECT_THAT(daemon->docker_ok("pull mirrored:v1", client),
                    HasSubstr("Status: Downloaded newer image for mirrored:v1"));
        EXPECT_EQ(daemon->docker_ok("images --format '{{.Repository}}' mirrored:v1", client), "mirrored");
        forget(*daemon, "mirrored:v1");
        // docker.io itself is asked next. Nobody here can reach it.
        EXPECT_THAT(refusal(*daemon, "pull lacking:v1", client), HasSubstr("registry-1.docker.io"));
        EXPECT_THAT(mirror.log(), HasSubstr("/v2/library/lacking/manifests/v1"));
        EXPECT_THAT(refusal(*daemon, "pull registry.test/mirrored:v1", client), HasSubstr("registry.test"));
    }
    mirror.stop();
    for (auto client : both)
        EXPECT_THAT(refusal(*daemon, "pull mirrored:v1", client), HasSubstr("registry-1.docker.io"));
}

/// What needs no settings of the daemon.
class Authorization : public BesideRegistry {
  protected:
    static Result log_in(const std::string& password, const Registry& registry, Client client) {
        return run(daemon().sh(
            fmt::format("echo {} | docker login -u ann --password-stdin {}", password, registry.address()),
            client));
    }
};

TEST_F(Authorization, tokens_are_asked_for_with_the_scope_of_what_is_done) {
    std::optional<TokenServer> tokens;
    host().inside([&] { tokens.emplace(TokenServer::Nobody::gets_nothing); });
    Registry registry(host(), {.more = tokens->configuration()});
    auto name = registry.address() + "/team/app:v1";
    for (auto client : both) {
        docker("tag busybox " + name);
        auto wrong = log_in("guess", registry, client);
        EXPECT_NE(wrong.status, 0);
        EXPECT_THAT(wrong.err, HasSubstr("unauthorized: incorrect username or password"));
        auto good = log_in("secret", registry, client);
        EXPECT_EQ(good.status, 0) << describe(good);
        EXPECT_THAT(good.out, HasSubstr("Login Succeeded"));

        daemon().docker_ok("push -q " + name, client);
        EXPECT_THAT(tokens->requests().back(),
                    AnyOf("ann: repository:team/app:pull,push", "ann: repository:team/app:push,pull"));
        docker("rmi -f " + name);
        daemon().docker_ok("pull -q " + name, client);
        EXPECT_EQ(tokens->requests().back(), "ann: repository:team/app:pull");

        daemon().docker_ok("logout " + registry.address(), client);
        auto pull = daemon().docker("pull " + name, client);
        EXPECT_EQ(pull.status, 1);
        EXPECT_THAT(pull.err,
                    HasSubstr("pull access denied for " + registry.address() +
                              "/team/app, repository does not exist or may require 'docker login'"));
        EXPECT_EQ(tokens->requests().back(), ": repository:team/app:pull");
        auto push = daemon().docker("push " + name, client);
        EXPECT_EQ(push.status, 1);
        EXPECT_THAT(push.err, StartsWith("denied: requested access to the resource is denied"));
    }
}

TEST_F(Authorization, a_rate_limit_is_waited_for_when_it_is_short_and_told_otherwise) {
    // A dockerd does not wait.
    FalseRegistry registry(host());
    registry.put_image();
    for (auto client : both) {
        registry.limits_rate(1, 1);
        auto took = milliseconds([&] { daemon().docker_ok("pull -q " + registry.name(), client); });
        EXPECT_GE(took, 900);
        docker("rmi -f " + registry.name());

        for (int seconds : {1, 3600}) {
            registry.limits_rate(100, seconds);
            auto endless = daemon().docker("pull " + registry.name(), client);
            EXPECT_EQ(endless.status, 1);
            EXPECT_THAT(endless.err,
                        HasSubstr("Error response from daemon: toomanyrequests: You have reached "
                                  "your pull rate limit."));
            EXPECT_EQ(lines_of(endless.err).size(), 1U) << endless.err;
        }
    }
}

}  // namespace
}  // namespace dhow::test
