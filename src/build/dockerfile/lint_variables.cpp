// UndefinedVar: variables of instructions that nothing in front of them defines.

#include <algorithm>
#include <set>

#include "build/dockerfile/expand.hpp"
#include "build/dockerfile/lint.hpp"
#include "build/dockerfile/lint_settings.hpp"

namespace dhow::build::dockerfile {

std::vector<LintWarning> undefined_variables(const Dockerfile& file, const Stage& stage,
                                             const std::vector<std::string>& env) {
    std::vector<LintWarning> warnings;
    if (!LintSettings(file.directives.check).wants("UndefinedVar")) return warnings;
    std::set<std::string, std::less<>> defined;
    for (const auto& variable : env) defined.insert(variable.substr(0, variable.find('=')));
    for (const auto& instruction : stage.instructions) {
        std::set<std::string> missing;
        auto lookup = [&](std::string_view name) -> std::optional<std::string> {
            if (!defined.contains(name)) missing.insert(std::string(name));
            // A word that is required, or goes into another, must not be missing for that.
            return std::string("x");
        };
        try {
            expand(instruction, file.directives.escape, lookup);
        } catch (const Error&) {
            // The build will say what is wrong.
        }
        for (const auto& name : missing) {
            std::vector<std::string_view> names(defined.begin(), defined.end());
            auto near = nearest(name, names);
            warnings.push_back({"UndefinedVar",
                                fmt::format("Usage of undefined variable '${}'{}", name,
                                            near.empty() ? "" : fmt::format(" (did you mean ${}?)", near)),
                                instruction.lines});
        }
        if (const auto* args = std::get_if<AddArgs>(&instruction.what))
            for (const auto& arg : args->args) defined.insert(arg.key);
        if (const auto* pairs = std::get_if<AddEnv>(&instruction.what))
            for (const auto& pair : pairs->pairs) defined.insert(pair.key);
    }
    return warnings;
}

}  // namespace dhow::build::dockerfile
