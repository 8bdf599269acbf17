// Questions about a Dockerfile, asked by the real buildx plugin: `--print`, which later ones call `--call`.
// What Docker's documentation of `buildx build --call` shows is what is expected here.

#include "e2e/buildx_support.hpp"

namespace dhow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class BuildxCalls : public Buildx {
  protected:
    /// What buildx prints of a subrequest.
    Result ask(const std::string& what, const std::string& options = "") const {
        return line("BUILDX_EXPERIMENTAL=1 docker buildx build --print=" + what + " " + options + " .");
    }
    std::string answer(const std::string& what, const std::string& options = "") const {
        auto result = ask(what, options);
        EXPECT_EQ(result.status, 0) << describe(result);
        return result.out;
    }
};

constexpr const char* documented =
    "# syntax=docker/dockerfile:1\n\n# GO_VERSION sets the Go version for the build\nARG GO_VERSION=1.22\n\n"
    "# base-builder is the base stage for building the project\n"
    "FROM nowhere.invalid/golang:${GO_VERSION} AS base-builder\nARG TARGETARCH\n"
    "RUN --mount=type=secret,id=token,required --mount=type=ssh true\n\nFROM scratch\n"
    "COPY --from=base-builder /out /\n";

TEST_F(BuildxCalls, outline_tells_what_a_target_takes) {
    put("Dockerfile", documented);
    EXPECT_EQ(answer("outline", "--target base-builder"),
              "TARGET:      base-builder\nDESCRIPTION: is the base stage for building the project\n\n"
              "BUILD ARG    VALUE   DESCRIPTION\nGO_VERSION   1.22    sets the Go version for the build\n\n"
              "SECRET   REQUIRED\ntoken    true\n\nSSH       REQUIRED\ndefault   \n\n");
    EXPECT_THAT(answer("outline", "--build-arg GO_VERSION=1.23"), HasSubstr("GO_VERSION   1.23    sets"));
    auto json = answer("outline,format=json");
    EXPECT_THAT(json, HasSubstr("\n  \"args\": [\n    {\n      \"name\": \"GO_VERSION\",\n"));
    EXPECT_THAT(json, HasSubstr("\"line\": 4\n"));
    EXPECT_EQ(ask("outline", "--target nobody").status, 1);
    EXPECT_THAT(docker("image ls -q -f reference=built"), "");
}

TEST_F(BuildxCalls, targets_lists_the_stages) {
    put("Dockerfile", documented);
    EXPECT_EQ(answer("targets"),
              "TARGET       DESCRIPTION\nbase-builder is the base stage for building the project\n"
              "(default)    \n");
    EXPECT_THAT(answer("targets,format=json"),
                HasSubstr("\"base\": \"nowhere.invalid/golang:${GO_VERSION}\""));
}

TEST_F(BuildxCalls, describe_lists_what_can_be_asked) {
    put("Dockerfile", "FROM scratch\n");
    EXPECT_EQ(answer("subrequests.describe"),
              "NAME                 VERSION DESCRIPTION\n"
              "outline              1.0.0   List all parameters current build target supports\n"
              "targets              1.0.0   List all targets current build supports\n"
              "lint                 1.0.0   Lint a Dockerfile\n"
              "subrequests.describe 1.0.0   List available subrequest types\n");
}

TEST_F(BuildxCalls, lint_warns_and_builds_nothing) {
    put("Dockerfile", "FROM busybox as base\nRUN false\nFROM base\nLABEL a=$b\n");
    auto shown = answer("lint");
    EXPECT_THAT(shown, HasSubstr("Check complete, 2 warnings have been found!\n"));
    EXPECT_THAT(
        shown,
        HasSubstr("WARNING: FromAsCasing - https://docs.docker.com/go/dockerfile/rule/from-as-casing/\n"
                  "'as' and 'FROM' keywords' casing do not match\nDockerfile:1\n"));
    EXPECT_THAT(shown, HasSubstr("Usage of undefined variable '$b'"));
    EXPECT_THAT(answer("lint", "--build-arg BUILDKIT_DOCKERFILE_CHECK=skip=all"),
                "Check complete, no warnings found.\n");
    put(".dockerignore", "left-out\n");
    put("Dockerfile", "FROM scratch\nCOPY left-out /\n");
    EXPECT_THAT(answer("lint"), HasSubstr("CopyIgnoredFile"));
}

TEST_F(BuildxCalls, lint_tells_of_what_would_fail_the_build) {
    put("Dockerfile", "FROM busybox\nRUNN true\n");
    EXPECT_EQ(answer("lint"),
              "dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)\n"
              "Dockerfile:2\n   1 | FROM busybox\n   2 | RUNN true\n     | ^^^^\n");
    put("Dockerfile", "FROM busybox as base\nRUNN true\nFROM busybox as other\n");
    EXPECT_THAT(answer("lint"),
                testing::AllOf(HasSubstr("1 warning has been found"), HasSubstr("FromAsCasing"),
                               HasSubstr("unknown instruction: RUNN")));
    put("Dockerfile", "# check=error=true\nFROM busybox as base\n");
    EXPECT_THAT(answer("lint"), HasSubstr("\nlint violation found for rules: FromAsCasing\n"));
    EXPECT_THAT(answer("lint", "--target nobody"), HasSubstr("target stage \"nobody\" could not be found"));
}

TEST_F(BuildxCalls, a_mistake_in_the_dockerfile_is_pointed_at) {
    put("Dockerfile", "FROM busybox\nRUNN true\n");
    auto result = ask("outline");
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr(" | >>> RUNN true\n"));
    EXPECT_THAT(result.err, HasSubstr("dockerfile parse error on line 2: unknown instruction: RUNN"));
}

TEST_F(BuildxCalls, what_is_not_known_is_refused) {
    put("Dockerfile", "FROM scratch\n");
    auto result = ask("sbom");
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("unsupported request frontend.sbom"));
}

TEST_F(BuildxCalls, a_secret_s_id_may_be_made_of_arguments) {
    put("token-678", "hush");
    build("FROM busybox\nARG N\nRUN --mount=type=secret,id=token-$N,required cp /run/secrets/* /got\n",
          "--build-arg N=678 --secret id=token-678,src=token-678");
    EXPECT_EQ(in_image("cat /got"), "hush");
}

}  // namespace
}  // namespace dhow::test
