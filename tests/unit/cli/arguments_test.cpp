#include "cli/options/arguments.hpp"

#include <array>

#include <gtest/gtest.h>

#include "cli/options/checks.hpp"

namespace dhow::cli {
namespace {

constexpr Option long_name = value("timeout", 't', "int", "", check_integer);
constexpr std::array options{
    flag("detach", 'd', ""),
    flag("interactive", 'i', ""),
    flag("tty", 'y', ""),
    flag_on("sig-proxy", 0, ""),
    list("env", 'e', ""),
    text("name", 0, "", "unnamed"),
    long_name,
    alias("time", long_name),
};

/// A line, how many of its words are options and arguments, and what was read, as text.
struct Case {
    std::vector<std::string> words;
    std::string read;
};

std::string describe(const Arguments& arguments) {
    std::string text;
    for (auto name : {"detach", "interactive", "tty", "sig-proxy"}) text += arguments.flag(name) ? '1' : '0';
    for (const auto& variable : arguments.list("env")) text += " e:" + variable;
    text += " n:" + std::string(arguments.text("name"));
    if (arguments.has("timeout")) text += fmt::format(" t:{}", arguments.integer("timeout"));
    for (const auto& word : arguments.positional()) text += " " + word;
    return text;
}

std::string read(const std::vector<std::string>& words, bool options_first) {
    Arguments arguments(options);
    try {
        auto used = arguments.parse(words, options_first);
        if (used < words.size())
            arguments.take({words.begin() + static_cast<std::ptrdiff_t>(used), words.end()});
    } catch (const UsageError& error) {
        return error.message();
    }
    return arguments.wants_help() ? "help" : describe(arguments);
}

TEST(Arguments, ReadsWhatPflagReads) {
    const Case cases[] = {
        {{}, "0001 n:unnamed"},
        {{"-di", "image"}, "1101 n:unnamed image"},
        {{"-die", "A=b", "image"}, "1101 e:A=b n:unnamed image"},
        {{"-eA=b", "-e", "C=d", "-e=E=f", "--env", "G", "--env=H=i"},
         "0001 e:A=b e:C=d e:E=f e:G e:H=i n:unnamed"},
        {{"--detach=false", "--sig-proxy=0"}, "0000 n:unnamed"},
        {{"-d=false"}, "0001 n:unnamed"},
        {{"--name", "x", "--name=y"}, "0001 n:y"},
        {{"--name="}, "0001 n:"},
        {{"-t", "5", "--time", "6"}, "0001 n:unnamed t:6"},
        {{"-t-1"}, "0001 n:unnamed t:-1"},
        {{"-e", "--", "a"}, "0001 e:-- n:unnamed a"},
        {{"-d", "--", "-i"}, "1001 n:unnamed -i"},
        {{"-"}, "0001 n:unnamed -"},
        {{"--help"}, "help"},
        {{"-h"}, "help"},
        {{"--foo"}, "unknown flag: --foo"},
        {{"-dX"}, "unknown shorthand flag: 'X' in -X"},
        {{"-dXi"}, "unknown shorthand flag: 'X' in -Xi"},
        {{"--env"}, "flag needs an argument: --env"},
        {{"-de"}, "flag needs an argument: 'e' in -de"},
        {{"--detach=maybe"},
         "invalid argument \"maybe\" for \"-d, --detach\" flag: strconv.ParseBool: parsing \"maybe\": "
         "invalid syntax"},
        {{"-t", "x"},
         "invalid argument \"x\" for \"-t, --timeout\" flag: strconv.ParseInt: parsing \"x\": invalid "
         "syntax"},
    };
    for (const auto& [words, expected] : cases) EXPECT_EQ(read(words, false), expected);
}

TEST(Arguments, StopsAtTheFirstArgumentWhereWhatFollowsIsNotItsOwn) {
    EXPECT_EQ(read({"-d", "image", "sh", "-c", "ls", "--foo"}, true), "1001 n:unnamed image sh -c ls --foo");
    EXPECT_EQ(read({"-d", "--", "image", "-i"}, true), "1001 n:unnamed image -i");
    EXPECT_EQ(read({"image", "-d"}, false), "1001 n:unnamed image");
}

TEST(Checks, RefuseWhatGoRefuses) {
    EXPECT_EQ(parse_integer("0x10"), 16);
    EXPECT_EQ(parse_integer("-9223372036854775808"), INT64_MIN);
    EXPECT_THROW(parse_integer("9223372036854775808"), InvalidArgument);
    EXPECT_THROW(parse_integer(""), InvalidArgument);
    EXPECT_EQ(parse_cpus("1.5"), 1500000000);
    EXPECT_EQ(parse_cpus("0.01"), 10000000);
    EXPECT_THROW(parse_cpus("1.0000000001"), InvalidArgument);
    EXPECT_THROW(check_duration("3"), InvalidArgument);
    EXPECT_THROW(check_filter("name"), InvalidArgument);
    EXPECT_NO_THROW(check_filter("name=a=b"));
}

}  // namespace
}  // namespace dhow::cli
