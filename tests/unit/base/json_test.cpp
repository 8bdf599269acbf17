#include "base/json.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dhow {

enum class Colour { red, green };

struct Inner {
    std::int64_t number = 7;
    std::vector<std::string> words;
};

struct Outer {
    std::string name;
    bool flag = false;
    Colour colour = Colour::red;
    Inner inner;
    std::optional<std::int64_t> maybe;
    std::map<std::string, Inner> table;
};

}  // namespace dhow

template <>
struct dhow::json::Names<dhow::Colour> {
    static constexpr std::array list{std::pair{Colour::red, std::string_view{"red"}},
                                     std::pair{Colour::green, std::string_view{"green"}}};
};
template <>
struct dhow::json::Members<dhow::Inner> {
    static constexpr auto list =
        std::tuple{member("Number", &Inner::number), member("Words", &Inner::words, null_empty)};
};
template <>
struct dhow::json::Members<dhow::Outer> {
    static constexpr auto list =
        std::tuple{member("Name", &Outer::name),     member("Flag", &Outer::flag, omit_empty),
                   member("Colour", &Outer::colour), member("Inner", &Outer::inner),
                   member("Maybe", &Outer::maybe),   member("Table", &Outer::table, omit_empty)};
};

namespace dhow {

TEST(Json, WritesWhatGoWrites) {
    Outer outer;
    outer.name = "x";
    EXPECT_EQ(json::write(outer),
              R"({"Name":"x","Colour":"red","Inner":{"Number":7,"Words":null},"Maybe":null})");
}

TEST(Json, ReadsBackWhatItWrote) {
    Outer outer;
    outer.colour = Colour::green;
    outer.maybe = -3;
    outer.table["a"].words = {"b", "c"};
    auto again = json::read<Outer>(json::write(outer));
    EXPECT_EQ(again.colour, Colour::green);
    EXPECT_EQ(again.maybe, -3);
    EXPECT_EQ(again.table.at("a").words, (std::vector<std::string>{"b", "c"}));
}

TEST(Json, IgnoresUnknownAndNullMembersAndTheCaseOfNames) {
    auto outer = json::read<Outer>(R"({"name":"y","Other":[1],"Inner":null})");
    EXPECT_EQ(outer.name, "y");
    EXPECT_EQ(outer.inner.number, 7);
}

TEST(Json, NamesThePathOfAWrongType) {
    try {
        json::read<Outer>(R"({"Inner":{"Number":"seven"}})");
        FAIL() << "read a string as a number";
    } catch (const InvalidArgument& error) {
        EXPECT_EQ(error.message(), "Inner.Number: expected a whole number, found string");
    }
}

TEST(Json, RefusesDeepNesting) {
    EXPECT_THROW(json::parse(std::string(1000, '[') + std::string(1000, ']')), InvalidArgument);
}

}  // namespace dhow
