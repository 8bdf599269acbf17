// BuildKit's rules on Dockerfiles, one mistake each.

#include "build/dockerfile/lint.hpp"

#include <gtest/gtest.h>

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
    EXPECT_EQ(rules_of("FROM $none\n"), "UndefinedArgInFrom:1 ");
    EXPECT_EQ(rules_of("FROM a\nRUN x\nrun y\n"), "ConsistentInstructionCasing:3 ");
}

TEST(Lint, leaves_out_what_the_directive_skips) {
    EXPECT_EQ(rules_of("# check=skip=FromAsCasing\nFROM a as b\n"), "");
    EXPECT_TRUE(lint(parse_dockerfile("# check=error=true\nFROM a\n")).is_error);
}

}  // namespace
}  // namespace dhow::build::dockerfile
