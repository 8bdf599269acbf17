// What is read without any request: challenges, URLs, endpoints.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "registry/challenge.hpp"
#include "registry/endpoints.hpp"
#include "registry/proxy.hpp"
#include "registry/url.hpp"

namespace dhow::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Challenges, OneOfATokenServer) {
    auto challenges = parse_challenges(
        R"(Bearer realm="https://auth.example/token",service="reg",scope="repository:a/b:pull,push")");
    ASSERT_THAT(challenges, SizeIs(1));
    EXPECT_EQ(challenges[0].scheme, "bearer");
    EXPECT_EQ(challenges[0].get("realm"), "https://auth.example/token");
    EXPECT_EQ(challenges[0].get("scope"), "repository:a/b:pull,push");
    EXPECT_EQ(challenges[0].get("absent"), "");
}

TEST(Challenges, SeveralInOneHeader) {
    auto challenges =
        parse_challenges(R"(Negotiate abc==, BASIC Realm = "a \"b\"" , charset=UTF-8, Bearer realm=x)");
    ASSERT_THAT(challenges, SizeIs(3));
    EXPECT_EQ(challenges[1].scheme, "basic");
    EXPECT_EQ(challenges[1].get("realm"), "a \"b\"");
    EXPECT_EQ(challenges[1].get("charset"), "UTF-8");
    EXPECT_EQ(challenges[2].get("realm"), "x");
}

TEST(Challenges, NonsenseIsNoCrash) {
    for (const auto* text :
         {"", ",", "=", "\"", "Bearer realm=\"open", "Bearer realm=", "a=b", "Bearer =,=,="})
        EXPECT_LE(parse_challenges(text).size(), 1u) << text;
}

TEST(Urls, PartsDecideWhoGetsWhat) {
    EXPECT_EQ(parse_url("https://a.example/x"), parse_url("https://a.example:443/y?z"));
    EXPECT_NE(parse_url("https://a.example/"), parse_url("http://a.example/"));
    EXPECT_NE(parse_url("https://a.example/"), parse_url("https://a.example:8443/"));
    EXPECT_EQ(parse_url("http://[::1]:5000/").authority(), "[::1]:5000");
    EXPECT_EQ(parse_url("https://a.example:443/").authority(), "a.example");
    for (const auto* bad : {"", "a.example", "ftp://a", "https://", "https://user:secret@a.example/"})
        EXPECT_THROW(parse_url(bad), InvalidArgument) << bad;
}

TEST(Urls, LocationsAreRelativeToTheAnswer) {
    EXPECT_EQ(resolve_url("https://a.example/v2/x/", "/v2/y?z=1"), "https://a.example/v2/y?z=1");
    EXPECT_EQ(resolve_url("https://a.example/v2/x/", "http://b.example/"), "http://b.example/");
    EXPECT_EQ(with_query("http://a/?b=c", "d", "e f/&"), "http://a/?b=c&d=e%20f%2F%26");
}

std::vector<std::string> bases(const std::vector<Endpoint>& endpoints) {
    std::vector<std::string> result;
    for (const auto& endpoint : endpoints)
        result.push_back(endpoint.base + (endpoint.mirror ? " mirror" : "") +
                         (endpoint.verify ? "" : " insecure"));
    return result;
}

TEST(Endpoints, TlsUnlessARegistryIsNamedInsecure) {
    Options options{.insecure = {"lab:5000", "10.0.0.0/8", "fd00::/8"}, .mirrors = {"https://m.example/"}};
    auto of = [&](std::string_view domain, bool push = false) {
        return bases(endpoints_of(options, domain, push));
    };
    EXPECT_THAT(of("r.example"), ElementsAre("https://r.example/"));
    EXPECT_THAT(of("lab:5000"), ElementsAre("https://lab:5000/ insecure", "http://lab:5000/ insecure"));
    EXPECT_THAT(of("lab"), ElementsAre("https://lab/"));
    EXPECT_THAT(of("localhost:5000"), SizeIs(2));
    EXPECT_THAT(of("127.8.8.8:5000"), SizeIs(2));
    EXPECT_THAT(of("[::1]:5000"), SizeIs(2));
    EXPECT_THAT(of("10.255.0.1"), SizeIs(2));
    EXPECT_THAT(of("11.0.0.1"), SizeIs(1));
    EXPECT_THAT(of("[fd00::5]:80"), SizeIs(2));
    EXPECT_THAT(of("localhost.example"), SizeIs(1));
    EXPECT_THAT(of("docker.io"), ElementsAre("https://m.example/ mirror", "https://registry-1.docker.io/"));
    EXPECT_THAT(of("docker.io", true), ElementsAre("https://registry-1.docker.io/"));
}

TEST(Endpoints, SettingsAreChecked) {
    EXPECT_EQ(check_mirror("https://m.example"), "https://m.example/");
    for (const auto* bad :
         {"m.example", "ftp://m", "https://u:p@m.example", "https://m.example/?a=b", "https://"})
        EXPECT_THROW(check_mirror(bad), InvalidArgument) << bad;
    EXPECT_EQ(check_insecure("lab:5000"), "lab:5000");
    for (const auto* bad : {"", "http://lab", "-lab", "lab/x", "10.0.0.0/33"})
        EXPECT_THROW(check_insecure(bad), InvalidArgument) << bad;
}

TEST(Proxies, NoProxyIsReadAsGoReadsIt) {
    auto direct = [](std::string_view list, std::string_view url) {
        return is_without_proxy(list, parse_url(url));
    };
    for (const auto* url : {"https://lab.example/", "https://a.b.lab.example:5000/", "https://LAB.example/"})
        EXPECT_TRUE(direct("other.example, lab.example", url)) << url;
    EXPECT_FALSE(direct("lab.example", "https://slab.example/"));
    for (const auto* below : {".lab.example", "*.lab.example"}) {
        EXPECT_TRUE(direct(below, "https://a.lab.example/")) << below;
        EXPECT_FALSE(direct(below, "https://lab.example/")) << below;
    }
    EXPECT_TRUE(direct("lab.example:5000", "http://lab.example:5000/"));
    EXPECT_FALSE(direct("lab.example:5000", "http://lab.example/"));
    EXPECT_TRUE(direct("lab.example:443", "https://lab.example/"));
    EXPECT_TRUE(direct("10.0.0.0/8", "https://10.1.2.3:5000/"));
    EXPECT_FALSE(direct("10.0.0.0/8", "https://11.1.2.3:5000/"));
    EXPECT_TRUE(direct("10.1.2.3:5000,10.1.2.4", "https://10.1.2.4/"));
    EXPECT_FALSE(direct("10.1.2.3:5000", "https://10.1.2.3/"));
    EXPECT_TRUE(direct("fd00::/8", "https://[fd00::1]/"));
    EXPECT_TRUE(direct("[fd00::1]:443", "https://[fd00::1]/"));
    EXPECT_TRUE(direct("fd00::1", "https://[fd00:0::1]:5000/"));
    EXPECT_TRUE(direct("*", "https://r.example/"));
    for (const auto* nonsense : {"", ",, ,", ":5000", "[", "10.0.0.0/99"})
        EXPECT_FALSE(direct(nonsense, "https://r.example:5000/")) << nonsense;
}

TEST(Proxies, AreOfTheSchemeAndNeverForLoopback) {
    Options options{.http_proxy = "plain", .https_proxy = "tls", .no_proxy = "lab.example"};
    EXPECT_EQ(proxy_for(options, parse_url("http://r.example/")), "plain");
    EXPECT_EQ(proxy_for(options, parse_url("https://r.example/")), "tls");
    for (const auto* url :
         {"http://lab.example/", "http://localhost:5000/", "http://127.8.8.8/", "http://[::1]/"})
        EXPECT_EQ(proxy_for(options, parse_url(url)), "") << url;
}

TEST(Base64Text, AsRegistriesCarryIt) {
    for (std::string text : {"", "a", "ab", "abc", "user:p\xff\xfe?>"}) {
        EXPECT_EQ(base64_decode(base64_encode(text)), text);
        EXPECT_EQ(base64_decode(base64_encode(text, Base64::url)), text);
    }
    EXPECT_EQ(base64_encode("user:secret"), "dXNlcjpzZWNyZXQ=");
    EXPECT_EQ(base64_decode("dXNlcjpzZWNyZXQ"), "user:secret");
    EXPECT_EQ(base64_decode("a"), std::nullopt);
    EXPECT_EQ(base64_decode("a b="), std::nullopt);
}

}  // namespace
}  // namespace dhow::registry
