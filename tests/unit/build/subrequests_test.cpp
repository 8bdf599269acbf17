// What is told of a Dockerfile without building it. The Dockerfiles are like those of BuildKit's own tests.

#include <gmock/gmock.h>

#include "build/subrequests/answer.hpp"
#include "build/subrequests/documents_json.hpp"

namespace dhow::build {
namespace {

using testing::HasSubstr;

Outline outline_of(const std::string& text, const Request& request = {}) {
    return make_outline(make_plan(dockerfile::parse_dockerfile(text), request), request);
}

std::string arguments_of(const std::string& text, const Request& request = {}) {
    std::string shown;
    for (const auto& one : outline_of(text, request).arguments)
        shown += fmt::format("{}:{}={}{}\n", one.lines.first, one.name, one.value,
                             one.description.empty() ? "" : " # " + one.description);
    return shown;
}

constexpr const char* with_arguments =
    "ARG inherited=box\nARG inherited2=box2\nARG unused=abc${inherited2}\n# sfx is a suffix\n"
    "ARG sfx=\"usy${inherited}\"\n\nFROM b${sfx} AS first\n# this is of nothing\nARG FOO=123\n"
    "# BAR is a number\nARG BAR=456\nRUN true\n\nFROM alpine${unused} AS second\nARG BAZ\n\n"
    "FROM scratch AS third\nARG ABC=a\n# password of the user\n# check=skip=all\nARG password\n\n"
    "# target defines build target\nFROM third AS target\nCOPY --from=first /etc/passwd /\n\nFROM second\n";

TEST(Outline, has_the_arguments_that_a_target_uses) {
    Request request;
    request.target = "target";
    request.arguments["BAR"] = "678";
    auto outline = outline_of(with_arguments, request);
    EXPECT_EQ(outline.name, "target");
    EXPECT_EQ(outline.description, "defines build target");
    EXPECT_EQ(arguments_of(with_arguments, request),
              "1:inherited=box\n5:sfx=usybox # is a suffix\n9:FOO=123\n11:BAR=678 # is a number\n18:ABC=a\n"
              "21:password= # of the user\n");
    EXPECT_EQ(arguments_of(with_arguments), "2:inherited2=box2\n3:unused=abcbox2\n15:BAZ=\n");
}

TEST(Outline, follows_arguments_that_are_made_of_others) {
    EXPECT_EQ(
        arguments_of("ARG FOO=123\nARG ABC=abc\nARG DEF=def\nARG FOO=${FOO}${ABC}\nARG BAR=${FOO}456\n"
                     "ARG FOO=${FOO}456${BAR}\nFROM scratch\nARG FOO\nARG INFOO=123\n"
                     "ARG INBAR=${INFOO}456\nARG INFOO=${INFOO}456${INBAR}\n"),
        "2:ABC=abc\n5:BAR=123abc456\n6:FOO=123abc456123abc456\n10:INBAR=123456\n11:INFOO=123456123456\n");
}

TEST(Outline, leaves_out_what_nobody_has_to_set) {
    EXPECT_EQ(arguments_of("FROM scratch\nARG TARGETARCH\nENV E=1\nARG E=2\nARG V=$E\n"), "4:E=2\n5:V=1\n");
    // What only the base would know must not be in the way.
    EXPECT_EQ(arguments_of("FROM base\nARG V=${OF_BASE:?needed}\nARG W=$OF_BASE\n"),
              "2:V=${OF_BASE:?needed}\n3:W=\n");
}

TEST(Outline, has_what_mounts_take_of_the_client) {
    Request request;
    request.target = "target";
    request.arguments["BAR"] = "678";
    auto outline = outline_of(
        "FROM busybox AS first\nRUN --mount=type=secret,target=/etc/passwd,required=true --mount=type=ssh "
        "true\n"
        "FROM alpine AS second\nRUN --mount=type=secret,id=unused --mount=type=ssh,id=ssh2 true\n"
        "FROM scratch AS third\nARG BAR\nRUN --mount=type=secret,id=second${BAR} true\n"
        "FROM third AS target\nCOPY --from=first /foo /\nRUN --mount=type=ssh,id=ssh3,required "
        "--mount=type=cache,target=/root/.cache --mount=type=cache,id=named,target=/x --mount=target=/y "
        "true\n"
        "FROM second\n",
        request);
    auto show = [](const auto& loans) {
        std::string shown;
        for (const auto& loan : loans)
            shown += fmt::format("{}:{}{} ", loan.lines.first, loan.name, loan.required ? "!" : "");
        return shown;
    };
    EXPECT_EQ(show(outline.secrets), "2:passwd! 7:second678 ");
    EXPECT_EQ(show(outline.agents), "2:default 10:ssh3! ");
    ASSERT_EQ(outline.caches.size(), 2U);
    EXPECT_EQ(outline.caches[0].id + " " + outline.caches[1].id, "/root/.cache named");
}

TEST(Outline, is_a_table_for_people_and_json_for_programs) {
    Outline outline;
    outline.name = "release";
    outline.description = "is small";
    outline.arguments = {{"V", "sets the version", "1", {3, 4}}, {"HUGO_ENV", "", "", {5, 5}}};
    outline.secrets = {{"token", true, {}}};
    EXPECT_EQ(
        to_text(outline),
        "TARGET:      release\nDESCRIPTION: is small\n\n"
        "BUILD ARG   VALUE   DESCRIPTION\nV           1       sets the version\nHUGO_ENV            \n\n"
        "SECRET   REQUIRED\ntoken    true\n\n");
    EXPECT_EQ(
        json::write(outline),
        R"({"name":"release","description":"is small","args":[{"name":"V","description":"sets the version",)"
        R"("value":"1","location":{"ranges":[{"start":{"line":3},"end":{"line":4}}]}},{"name":"HUGO_ENV",)"
        R"("location":{"ranges":[{"start":{"line":5},"end":{"line":5}}]}}],)"
        R"("secrets":[{"name":"token","required":true}]})");
    EXPECT_EQ(json::read<dockerfile::Lines>(R"({"ranges":[{"start":{"line":3},"end":{"line":4}}]})"),
              (dockerfile::Lines{3, 4}));
}

TEST(Targets, are_the_stages_with_what_is_said_of_them) {
    auto targets = list_targets(dockerfile::parse_dockerfile(
        "# build compiles the binary\nFROM --platform=$BUILDPLATFORM alpine:$V AS build\nFROM busybox as "
        "second\n"
        "FROM alpine\n\n# not about it\n\n# binary returns the compiled binary\nFROM second AS binary\n"));
    EXPECT_EQ(to_text(targets),
              "TARGET           DESCRIPTION\nbuild            compiles the binary\nsecond           \n"
              "                 \nbinary (default) returns the compiled binary\n");
    EXPECT_EQ(
        json::write(targets[0]),
        R"({"name":"build","description":"compiles the binary","base":"alpine:$V",)"
        R"("platform":"$BUILDPLATFORM","location":{"ranges":[{"start":{"line":2},"end":{"line":2}}]}})");
    EXPECT_EQ(targets.back().lines.first, 9);
}

TEST(Descriptions, begin_with_the_name_in_any_line_of_comment) {
    auto file = dockerfile::parse_dockerfile(
        "# foo sets foo\nARG foo=bar\n\n# base defines first stage\nFROM busybox AS base\n"
        "# bar defines bar\n# baz is something else\nARG bar baz=123\n# bar is far away\n\nARG bar\n# bar "
        "too\n#\n"
        "ARG bar\n");
    EXPECT_EQ(dockerfile::description_of(file.global_args[0].comments, "foo"), "sets foo");
    EXPECT_EQ(dockerfile::description_of(file.stages[0].comments, "base"), "defines first stage");
    const auto& instructions = file.stages[0].instructions;
    EXPECT_EQ(dockerfile::description_of(instructions[0].comments, "bar"), "defines bar");
    EXPECT_EQ(dockerfile::description_of(instructions[0].comments, "baz"), "is something else");
    EXPECT_EQ(dockerfile::description_of(instructions[0].comments, "ba"), "");
    EXPECT_TRUE(instructions[1].comments.empty());
    EXPECT_TRUE(instructions[2].comments.empty());
}

TEST(Subrequest, that_is_not_known_is_refused_by_its_name) {
    EXPECT_TRUE(needs_dockerfile("frontend.lint"));
    EXPECT_FALSE(needs_dockerfile("frontend.subrequests.describe"));
    try {
        needs_dockerfile("frontend.sbom");
        FAIL();
    } catch (const UnsupportedSubrequest& error) {
        EXPECT_EQ(error.message(), "unsupported request frontend.sbom");
        EXPECT_EQ(error.name(), "frontend.sbom");
    }
}

}  // namespace
}  // namespace dhow::build
