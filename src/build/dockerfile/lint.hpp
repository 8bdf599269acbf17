#pragma once
// What is allowed in a Dockerfile and still a mistake, most likely: BuildKit's rules, by its names.
// Source: "Build checks" of the Dockerfile reference. InvalidBaseImagePlatform alone is the build's: nobody
// else knows the image.

#include <string>
#include <string_view>
#include <vector>

#include "build/dockerfile/instructions.hpp"

namespace dhow::build::dockerfile {

struct LintWarning {
    std::string rule;  ///< "StageNameCasing"
    std::string message;
    Lines lines;
};

struct LintReport {
    std::vector<LintWarning> warnings;  ///< in the order of the file
    bool is_error = false;              ///< `# check=error=true`: they fail the build
};

/// Looks at a whole file; `# check=skip=RULE,RULE` leaves rules out, or all, and `experimental=` adds some.
/// `ignored`: the patterns of the context's .dockerignore.
/// @throws DockerfileError for a `check` directive that is malformed
LintReport lint(const Dockerfile& file, const std::vector<std::string>& ignored = {});

/// UndefinedVar in the instructions of one stage; `env`: the variables of its base. Those of `check` alone.
std::vector<LintWarning> undefined_variables(const Dockerfile& file, const Stage& stage,
                                             const std::vector<std::string>& env);

/// Whether the file's `check` directive leaves a rule out.
bool skips_rule(const Dockerfile& file, std::string_view rule);

/// `# check=error=true`
bool warnings_are_errors(const Dockerfile& file);

/// Where warnings are errors: @throws InvalidArgument when there are warnings
void refuse_warnings(const LintReport& report);

/// "StageNameCasing: Stage name 'A' should be lowercase (line 1)"
std::string short_text(const LintWarning& warning);

/// "Check complete, 1 warning has been found!" and each with its lines of the file.
std::string to_text(const LintReport& report, std::string_view file, std::string_view name);

}  // namespace dhow::build::dockerfile
