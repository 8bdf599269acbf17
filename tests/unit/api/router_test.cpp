#include "api/http/router.hpp"

#include <gtest/gtest.h>

namespace dhow::api::http {
namespace {

class RouterTest : public testing::Test {
  protected:
    RouterTest() {
        std::vector<Route> routes;
        for (std::string pattern :
             {"/containers/json", "/containers/{name}/json", "/images/{name}/json", "/_ping"}) {
            routes.push_back(Route{Method::get, pattern, [](Exchange&) -> Task<void> { co_return; }});
        }
        routes.push_back(
            Route{Method::delete_, "/containers/{name}", [](Exchange&) -> Task<void> { co_return; }});
        router_.add(std::move(routes));
    }

    /// The name and version that a GET's target is read as; "-" when there is no route.
    std::string resolve(std::string target, Method method = Method::get) {
        request_ = Request();
        request_.method = method;
        request_.target = std::move(target);
        try {
            router_.resolve(request_);
        } catch (const Error& error) {
            return error.message();
        }
        return request_.name + "@" + request_.version.text();
    }

    Router router_;
    Request request_;
};

TEST_F(RouterTest, FindsFixedPathsBeforeNames) { EXPECT_EQ(resolve("/containers/json"), "@1.51"); }

TEST_F(RouterTest, TakesNamesWithSlashesAndEscapes) {
    EXPECT_EQ(resolve("/containers/web/json"), "web@1.51");
    EXPECT_EQ(resolve("/images/registry.local:5000/team/app:1/json"), "registry.local:5000/team/app:1@1.51");
    EXPECT_EQ(resolve("/images/team%2Fapp/json"), "team/app@1.51");
    EXPECT_EQ(resolve("/containers/a%20b/json"), "a b@1.51");
}

TEST_F(RouterTest, ReadsTheVersion) {
    EXPECT_EQ(resolve("/v1.24/_ping"), "@1.24");
    EXPECT_EQ(resolve("/v1.51/containers/web/json"), "web@1.51");
    EXPECT_EQ(resolve("/v1.52/_ping"),
              "client version 1.52 is too new. Maximum supported API version is 1.51");
    EXPECT_EQ(resolve("/v1.23/_ping"),
              "client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your "
              "client to a "
              "newer version");
    EXPECT_EQ(resolve("/v1/_ping"), "invalid API version \"1\"");
    EXPECT_EQ(resolve("/volumes-of-v1"), "page not found");
}

TEST_F(RouterTest, ReadsTheQuery) {
    EXPECT_EQ(resolve("/containers/json?all=1&filters=%7B%22a%22%3A%5B%22b+c%22%5D%7D&x"), "@1.51");
    EXPECT_TRUE(request_.query.flag("all"));
    EXPECT_EQ(request_.query.text("filters"), R"({"a":["b c"]})");
    EXPECT_TRUE(request_.query.has("x"));
    EXPECT_FALSE(request_.query.flag("x"));
}

TEST_F(RouterTest, TakesTheAbsoluteFormOfProxies) {
    EXPECT_EQ(resolve("http://docker/v1.41/containers/web/json?size=1"), "web@1.41");
    EXPECT_TRUE(request_.query.flag("size"));
}

TEST_F(RouterTest, KnowsMethodsApart) {
    EXPECT_EQ(resolve("/containers/web", Method::delete_), "web@1.51");
    EXPECT_EQ(resolve("/containers/web"), "page not found");
    EXPECT_EQ(resolve("/containers/", Method::delete_), "page not found");
    EXPECT_EQ(resolve("/containers//json"), "page not found");
}

TEST(Query, ReadsFlagsAsDockerdDoes) {
    auto query = Query::parse("a=1&b=0&c=no&d=FALSE&e=none&f=yes&g=&h=True");
    for (auto name : {"a", "f", "h"}) EXPECT_TRUE(query.flag(name)) << name;
    for (auto name : {"b", "c", "d", "e", "g", "missing"}) EXPECT_FALSE(query.flag(name)) << name;
    EXPECT_TRUE(query.flag("missing", true));
    EXPECT_FALSE(query.flag("g", true));
}

TEST(Query, ReadsNumbers) {
    auto query = Query::parse("t=10&n=-1&bad=1x&empty=&huge=99999999999999999999");
    EXPECT_EQ(query.number("t"), 10);
    EXPECT_EQ(query.number("n"), -1);
    EXPECT_EQ(query.number("empty"), std::nullopt);
    EXPECT_EQ(query.number("missing"), std::nullopt);
    EXPECT_THROW(query.number("bad"), InvalidArgument);
    EXPECT_THROW(query.number("huge"), InvalidArgument);
}

TEST(Query, KeepsSeveralValues) {
    auto query = Query::parse("names=a&names=b");
    EXPECT_EQ(query.all("names"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(query.text("names"), "a");
}

}  // namespace
}  // namespace dhow::api::http
