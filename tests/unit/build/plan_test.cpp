// Which stages are built, what each waits for, and how the steps are numbered.

#include "build/plan.hpp"

#include <gtest/gtest.h>

namespace dhow::build {
namespace {

std::string plan(const std::string& dockerfile, const Request& request = {}) {
    return to_text(make_plan(dockerfile::parse_dockerfile(dockerfile), request));
}

TEST(Plan, takes_the_stages_that_the_target_needs) {
    const char* file =
        "FROM a AS one\nRUN x\nFROM b AS unneeded\nRUN y\nRUN y\nFROM one AS two\nRUN z\nFROM c\nCOPY "
        "--from=two /x /y\n";
    EXPECT_EQ(plan(file), "0 one: a steps 1-2/6\n2 two: stage 0 <0 steps 3-4/6\n3 -: c <2 steps 5-6/6\n");
    Request request;
    request.target = "ONE";
    EXPECT_EQ(plan(file, request), "0 one: a steps 1-2/2\n");
    request.target = "1";
    EXPECT_EQ(plan(file, request), "1 unneeded: b steps 1-3/3\n");
}

TEST(Plan, knows_stages_by_number_and_in_mounts) {
    EXPECT_EQ(plan("FROM a\nFROM b\nCOPY --from=0 /x /y\n"), "0 -: a steps 1-1/3\n1 -: b <0 steps 2-3/3\n");
    EXPECT_EQ(plan("FROM a AS one\nFROM b\nRUN --mount=target=/x,from=one true\n"),
              "0 one: a steps 1-1/3\n1 -: b <0 steps 2-3/3\n");
    EXPECT_EQ(plan("FROM a AS one\nFROM b\nCOPY --from=image /x /y\n"), "1 -: b steps 1-2/2\n");
}

TEST(Plan, needs_all_stages_before_when_a_mount_is_not_known_yet) {
    EXPECT_EQ(plan("FROM a AS one\nFROM b\nARG w\nRUN --mount=target=/x,from=$w true\n"),
              "0 one: a steps 1-1/4\n1 -: b <0 steps 2-4/4\n");
}

TEST(Plan, expands_global_arguments_in_from) {
    const char* file = "ARG V=1\nARG W=$V.2\nFROM x:${W}-${TARGETOS}\n";
    EXPECT_EQ(plan(file), "0 -: x:1.2-linux steps 3-3/3\n");
    Request request;
    request.arguments["V"] = "9";
    EXPECT_EQ(plan(file, request), "0 -: x:9.2-linux steps 3-3/3\n");
}

TEST(Plan, ends_with_a_step_for_each_label) {
    Request request;
    request.labels = {{"a", "$x \"q\""}, {"b", "2"}};
    auto made = make_plan(dockerfile::parse_dockerfile("FROM x\n"), request);
    ASSERT_EQ(made.stages[0].stage.instructions.size(), 2U);
    EXPECT_EQ(made.stages[0].stage.instructions[0].written, "LABEL a=$x \"q\"");
    const auto& label = std::get<dockerfile::AddLabels>(made.stages[0].stage.instructions[0].what);
    dockerfile::Expander expander('\\', [](std::string_view) { return std::nullopt; });
    EXPECT_EQ(expander.word(label.pairs[0].value), "$x \"q\"");
}

TEST(Plan, puts_named_contexts_in_the_place_of_images_and_stages) {
    Request request;
    request.contexts["files"] = {};
    request.contexts["base:1"] = {.image = "other", .files = nullptr};
    EXPECT_EQ(plan("FROM base:1\n", request), "0 -: other steps 1-1/1\n");
    EXPECT_EQ(plan("FROM docker.io/library/base:1\n", request), "0 -: other steps 1-1/1\n");
    EXPECT_EQ(plan("FROM Files\n", request), "0 -: context files steps 1-1/1\n");
    EXPECT_EQ(plan("FROM a AS files\nRUN x\nFROM files\n", request),
              "0 files: context files steps 1-1/2\n1 -: stage 0 <0 steps 2-2/2\n");
    auto made = make_plan(dockerfile::parse_dockerfile("FROM a\nCOPY --from=files /x /y\n"), request);
    EXPECT_EQ(made.contexts, std::set<std::string>{"files"});
}

TEST(Plan, refuses_other_frontends_than_docker_s) {
    for (const char* name : {"docker/dockerfile", "docker/dockerfile:1.7-labs",
                             "docker.io/docker/dockerfile:1", "docker/dockerfile-upstream:master"})
        EXPECT_NO_THROW(plan(std::string("# syntax=") + name + "\nFROM a\n")) << name;
    EXPECT_THROW(plan("# syntax=somebody/frontend:1\nFROM a\n"), NotImplemented);
    EXPECT_THROW(plan("# syntax=NO/NAME\nFROM a\n"), InvalidArgument);
    Request request;
    request.arguments["BUILDKIT_SYNTAX"] = "somebody/frontend";
    EXPECT_THROW(plan("FROM a\n", request), NotImplemented);
}

TEST(Plan, refuses_a_target_that_is_not_there) {
    Request request;
    request.target = "bilder";
    try {
        plan("FROM a AS builder\n", request);
        FAIL();
    } catch (const InvalidArgument& error) {
        EXPECT_EQ(error.message(), "target stage \"bilder\" could not be found (did you mean builder?)");
    }
    EXPECT_THROW(plan("FROM $nothing\n"), dockerfile::DockerfileError);
}

}  // namespace
}  // namespace dhow::build
