// BuildKit's rules on Dockerfiles, one mistake each.

#include "build/dockerfile/lint.hpp"

#include <gtest/gtest.h>

#include "build/dockerfile/lint_rules.hpp"

namespace dhow::build::dockerfile {
namespace {

std::string rules_of(const std::string& text) {
    std::string rules;
    for (const auto& warning : lint(parse_dockerfile(text)).warnings)
        rules += fmt::format("{}:{} ", warning.rule, warning.lines.first);
    return rules;
}

TEST(Lint, names_the_rule_and_the_line_of_each_mistake) {
    EXPECT_EQ(rules_of("FROM a\nCMD [\"x\"]\n"), "");
    EXPECT_EQ(rules_of("FROM a AS Big\n"), "StageNameCasing:1 ");
    EXPECT_EQ(rules_of("FROM a as b\n"), "FromAsCasing:1 ");
    EXPECT_EQ(rules_of("FROM a\nENV b c\n"), "LegacyKeyValueFormat:2 ");
    EXPECT_EQ(rules_of("FROM a\nCMD x\n"), "JSONArgsRecommended:2 ");
    EXPECT_EQ(rules_of("FROM a\nARG API_TOKEN\n"), "SecretsUsedInArgOrEnv:2 ");
    EXPECT_EQ(rules_of("FROM a\nWORKDIR b\n"), "WorkdirRelativePath:2 ");
    EXPECT_EQ(rules_of("FROM $none\n"), "UndefinedArgInFrom:1 InvalidDefaultArgInFrom:1 ");
    EXPECT_EQ(rules_of("FROM a\nRUN x\nrun y\n"), "ConsistentInstructionCasing:3 ");
}

TEST(Lint, knows_what_the_context_leaves_out) {
    auto file = parse_dockerfile("FROM a\nCOPY x y.md /\nADD x /\nCOPY --from=b x /\nCOPY $v . /\n");
    auto said = [&](const std::vector<std::string>& ignored) {
        std::string text;
        for (const auto& warning : lint(file, ignored).warnings) text += short_text(warning) + "\n";
        return text;
    };
    EXPECT_EQ(said({"x"}),
              "CopyIgnoredFile: Attempting to Copy file \"x\" that is excluded by .dockerignore (line 2)\n"
              "CopyIgnoredFile: Attempting to Add file \"x\" that is excluded by .dockerignore (line 3)\n");
    EXPECT_EQ(said({"x", "!x"}), "") << "exceptions make that hard to say";
    EXPECT_NE(said({"*"}).find("file \".\""), std::string::npos);
}

TEST(Lint, sees_bases_that_are_nothing_without_a_build_argument) {
    EXPECT_EQ(rules_of("ARG a\nFROM x:$a\n"), "InvalidDefaultArgInFrom:2 ");
    EXPECT_EQ(rules_of("ARG a=1\nFROM x:$a\n"), "");
    EXPECT_EQ(rules_of("ARG a\nFROM x:${a:-1}\n"), "");
}

TEST(Lint, takes_experimental_rules_where_they_are_wanted) {
    const char* text = "FROM a\n# about this\nARG name\n";
    EXPECT_EQ(rules_of(text), "");
    auto wanted = std::string("# check=experimental=all\n");
    EXPECT_EQ(rules_of(wanted + text), "InvalidDefinitionDescription:4 ");
    EXPECT_EQ(rules_of(wanted + "FROM a\n# name is about this\nARG name\n"), "");
    EXPECT_EQ(rules_of(wanted + "FROM a\n# about this\n\nARG name\n"), "");
}

TEST(Lint, knows_which_variables_are_not_defined) {
    auto file = parse_dockerfile(
        "FROM a\nENV one=$base\nLABEL l=$one$value\nARG value\nLABEL m=$value n=${three:-x}\nRUN "
        "$four\nLABEL "
        "o=$vaule\n");
    std::string text;
    for (const auto& warning : undefined_variables(file, file.stages[0], {"base=1"}))
        text += short_text(warning) + "\n";
    EXPECT_EQ(text,
              "UndefinedVar: Usage of undefined variable '$value' (line 3)\n"
              "UndefinedVar: Usage of undefined variable '$three' (line 5)\n"
              "UndefinedVar: Usage of undefined variable '$vaule' (did you mean $value?) (line 7)\n");
    file.directives.check = "skip=UndefinedVar";
    EXPECT_TRUE(undefined_variables(file, file.stages[0], {}).empty());
}

TEST(Lint, has_a_page_for_each_rule) {
    EXPECT_EQ(rule_url("JSONArgsRecommended"),
              "https://docs.docker.com/go/dockerfile/rule/json-args-recommended/");
    EXPECT_EQ(rule_url("FromAsCasing"), "https://docs.docker.com/go/dockerfile/rule/from-as-casing/");
    EXPECT_EQ(rule_url("InvalidBaseImagePlatform"), "");
    EXPECT_EQ(rule_description("StageNameCasing"), "Stage names should be lowercase");
}

TEST(Lint, leaves_out_what_the_directive_skips) {
    EXPECT_EQ(rules_of("# check=skip=FromAsCasing\nFROM a as b\n"), "");
    EXPECT_TRUE(lint(parse_dockerfile("# check=error=true\nFROM a\n")).is_error);
}

}  // namespace
}  // namespace dhow::build::dockerfile
