#include "wire/filters.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dhow::wire {
namespace {

TEST(Filters, ReadTheMapForm) {
    auto filters = Filters::parse(R"({"label":{"a=b":true,"c":true,"off":false},"status":{"exited":true}})");
    EXPECT_EQ(filters.values("label"), (std::set<std::string>{"a=b", "c"}));
    EXPECT_EQ(filters.values("status"), (std::set<std::string>{"exited"}));
    EXPECT_FALSE(filters.has("name"));
}

TEST(Filters, ReadTheOlderListForm) {
    EXPECT_EQ(Filters::parse(R"({"label":["x","y"]})").values("label"), (std::set<std::string>{"x", "y"}));
}

TEST(Filters, AreEmptyForAnEmptyText) {
    EXPECT_TRUE(Filters::parse("").empty());
    EXPECT_TRUE(Filters::parse("{}").empty());
    EXPECT_EQ(Filters{}.to_json(), "");
}

TEST(Filters, WriteTheMapForm) {
    Filters filters;
    filters.add("label", "x");
    filters.add("label", "y");
    EXPECT_EQ(filters.to_json(), R"({"label":{"x":true,"y":true}})");
}

TEST(Filters, RefuseWhatIsNoFilter) {
    for (auto text : {"x", "[]", "1", R"({"label":1})", R"({"label":[1]})", R"({"label":{"x":1}})"})
        EXPECT_THROW(Filters::parse(text), InvalidArgument) << text;
}

TEST(Filters, KnowTruth) {
    EXPECT_TRUE(Filters::parse(R"({"dangling":["true"]})").truth("dangling", false));
    EXPECT_FALSE(Filters::parse(R"({"dangling":["0"]})").truth("dangling", true));
    EXPECT_TRUE(Filters{}.truth("dangling", true));
    EXPECT_THROW(Filters::parse(R"({"dangling":["maybe"]})").truth("dangling", true), InvalidArgument);
    EXPECT_THROW(Filters::parse(R"({"dangling":["0","1"]})").truth("dangling", true), InvalidArgument);
}

TEST(Filters, NameTheUnknownOne) {
    try {
        Filters::parse(R"({"colour":["red"]})").require_known({"label", "name"});
        FAIL();
    } catch (const InvalidArgument& error) {
        EXPECT_STREQ(error.what(), "invalid filter 'colour'");
    }
}

}  // namespace
}  // namespace dhow::wire
