#pragma once
// What is allowed in a Dockerfile and still a mistake, most likely: BuildKit's rules, by its names.
// Source: "Build checks" of the Dockerfile reference. Rules about values that only a build knows
// (UndefinedVar, InvalidDefaultArgInFrom, CopyIgnoredFile, InvalidBaseImagePlatform) are not here.

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

/// Looks at a whole file; `# check=skip=RULE,RULE` leaves rules out, or all. @throws DockerfileError for a
/// `check` directive that is malformed
LintReport lint(const Dockerfile& file);

/// "Check complete, 1 warning has been found!" and each with its lines of the file.
std::string to_text(const LintReport& report, std::string_view file, std::string_view name);

}  // namespace dhow::build::dockerfile
