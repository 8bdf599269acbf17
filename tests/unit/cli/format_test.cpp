#include <array>

#include <gtest/gtest.h>

#include "base/units.hpp"
#include "cli/commands/container_row.hpp"
#include "cli/commands/support.hpp"
#include "cli/format/listing.hpp"
#include "cli/format/tabwriter.hpp"
#include "cli/format/text.hpp"
#include "cli/options/help.hpp"
#include "cli/terminal/detach_keys.hpp"

namespace dhow::cli {
namespace {

TEST(AlignColumns, MakesAColumnAsWideAsItsWidestCell) {
    EXPECT_EQ(align_columns("ID\tNAME\tLAST\n0123456789ab\tx\tend\n"),
              "ID             NAME      LAST\n0123456789ab   x         end\n");
    EXPECT_EQ(align_columns("a\tb\n", 20, 3), "a                   b\n");
    EXPECT_EQ(align_columns("\u00e9\u00e9\tb\nlonger cell\tb\n"),
              "\u00e9\u00e9            b\nlonger cell   b\n");
}

constexpr std::array columns{Column{"ID", "CONTAINER ID"}, Column{"Names", "NAMES"}};
constexpr ListingKind kind{"{{.ID}}\t{{.Names}}", "{{.ID}}", columns, "*formatter.ContainerContext"};

std::string list_by(std::string_view format, bool quiet = false) {
    Listing listing(kind, format, quiet);
    listing.add({{"Names", "web"}, {"ID", "0123"}},
                [](std::string_view key) { return "<" + std::string(key) + ">"; });
    listing.add({{"Names", "db"}, {"ID", "4567"}});
    return listing.take();
}

TEST(Listing, PrintsAsTheFormatSays) {
    EXPECT_EQ(list_by(""), "CONTAINER ID   NAMES\n0123           web\n4567           db\n");
    EXPECT_EQ(list_by("table"), list_by(""));
    EXPECT_EQ(list_by("", true), "0123\n4567\n");
    EXPECT_EQ(list_by("{{.Names}}"), "web\ndb\n");
    EXPECT_EQ(list_by(R"({{.Names}}\t{{.ID}})"), "web\t0123\ndb\t4567\n");
    EXPECT_EQ(list_by(R"(table {{.Names}}\t{{.ID}})"),
              "NAMES     CONTAINER ID\nweb       0123\ndb        4567\n");
    EXPECT_EQ(list_by("table {{upper .Names}}"), "NAMES\nWEB\nDB\n");
    EXPECT_EQ(list_by("json"), "{\"ID\":\"0123\",\"Names\":\"web\"}\n{\"ID\":\"4567\",\"Names\":\"db\"}\n");
    EXPECT_EQ(list_by(R"({{.Label "a"}})"), "<a>\n\n");
}

TEST(Listing, SaysWhatIsWrongWithATemplate) {
    auto failure = [](std::string_view format) {
        try {
            list_by(format);
        } catch (const Error& error) {
            return error.message();
        }
        return std::string();
    };
    EXPECT_EQ(failure("{{.Foo}}"),
              "failed to execute template: template: :1:2: executing \"\" at <.Foo>: can't evaluate field "
              "Foo in type "
              "*formatter.ContainerContext");
    EXPECT_EQ(failure("{{foo}}"), "failed to parse template: template: :1: function \"foo\" not defined");
}

TEST(Listing, EscapesHtmlInAWholeRowAlone) {
    Listing listing(kind, "{{json .}} {{json .Names}}", false);
    listing.add({{"Names", "<none>"}});
    EXPECT_EQ(listing.take(), "{\"Names\":\"\\u003cnone\\u003e\"} \"<none>\"\n");
}

json::Array ports(std::initializer_list<json::Object> all) {
    json::Array array;
    for (const auto& port : all) array.push_back(port);
    return array;
}

TEST(PortsText, DrawsRangesTogether) {
    json::Object plain{{"PrivatePort", 80}, {"Type", "tcp"}};
    json::Object next{{"PrivatePort", 81}, {"Type", "tcp"}};
    json::Object far{{"PrivatePort", 90}, {"Type", "tcp"}};
    json::Object v4{{"IP", "0.0.0.0"}, {"PrivatePort", 80}, {"PublicPort", 8080}, {"Type", "tcp"}};
    json::Object v6{{"IP", "::"}, {"PrivatePort", 80}, {"PublicPort", 80}, {"Type", "tcp"}};
    json::Object v6_next{{"IP", "::"}, {"PrivatePort", 81}, {"PublicPort", 81}, {"Type", "tcp"}};
    EXPECT_EQ(ports_text(ports({far, next, plain})), "80-81/tcp, 90/tcp");
    EXPECT_EQ(ports_text(ports({v4})), "0.0.0.0:8080->80/tcp");
    EXPECT_EQ(ports_text(ports({v6_next, v6, v4})), "[::]:80-81->80-81/tcp, 0.0.0.0:8080->80/tcp");
    EXPECT_EQ(ports_text({}), "");
}

TEST(Text, ShortensForTables) {
    EXPECT_EQ(ellipsis("0123456789", 10), "0123456789");
    EXPECT_EQ(ellipsis("01234567890", 10), "012345678\u2026");
    EXPECT_EQ(short_id("sha256:0123456789abcdef"), "0123456789ab");
}

TEST(Filters, AreASetOfValuesAName) {
    EXPECT_EQ(filters_text({"status=running", "status=exited", "LABEL=a=b"}),
              R"({"status":{"running":true,"exited":true},"label":{"a=b":true}})");
    EXPECT_EQ(filters_text({}), "");
}

TEST(Moment, TakesAgesDatesAndSeconds) {
    EXPECT_EQ(moment("1700000000.5"), "1700000000.5");
    EXPECT_EQ(moment("2023-11-14T22:13:20Z"), "1700000000.000000000");
    EXPECT_EQ(moment("2023-11-14T22:13:20.25+00:00"), "1700000000.250000000");
    EXPECT_LT(std::stod(moment("1h")), static_cast<double>(now().time_since_epoch().count()) / 1e9 - 3599);
    EXPECT_THROW(moment("bogus"), InvalidArgument);
}

TEST(OptionsText, WrapsDescriptionsBesideTheNames) {
    constexpr std::array options{
        text("detach-keys", 0, "Override the key sequence for detaching a container"),
        list("env", 'e', "Set environment variables"),
        text("pull", 0, "Pull image before running", "missing"),
    };
    EXPECT_EQ(options_text(options, 80),
              "      --detach-keys string   Override the key sequence for detaching a\n"
              "                             container\n"
              "  -e, --env list             Set environment variables\n"
              "      --pull string          Pull image before running (default \"missing\")\n");
}

TEST(DetachKeys, AreWatchedForAndHeldBack) {
    auto keys = parse_detach_keys(default_detach_keys);
    EXPECT_EQ(keys, "\x10\x11");
    EXPECT_EQ(parse_detach_keys("a,ctrl-@,ctrl-_,DEL"), std::string("a\0\x1f\x7f", 4));
    EXPECT_THROW(parse_detach_keys("ctrl-A1"), InvalidArgument);
    DetachWatch watch(keys);
    std::string out;
    EXPECT_FALSE(watch.feed("ab\x10", out));
    EXPECT_EQ(out, "ab");
    EXPECT_FALSE(watch.feed("c\x10\x10", out));
    EXPECT_EQ(out,
              "ab\x10"
              "c\x10");
    EXPECT_TRUE(watch.feed("\x11more", out));
    DetachWatch none("");
    EXPECT_FALSE(none.feed("\x10\x11", out = ""));
    EXPECT_EQ(out, "\x10\x11");
}

}  // namespace
}  // namespace dhow::cli
