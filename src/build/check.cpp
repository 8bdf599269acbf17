#include "build/check.hpp"

#include <algorithm>

namespace dhow::build {

namespace {

/// What a stage begins or ends with.
struct Stand {
    oci::ImageConfig config;
    std::vector<std::string> arguments;  ///< names of ARG so far
};

/// What a stage begins with; none when that cannot be known before it is fetched.
/// `ends`: of the stages before it that are known.
std::optional<Stand> base_of(const image::Images& images, const StagePlan& stage,
                             const std::map<std::size_t, Stand>& ends) {
    if (stage.from) {
        auto found = ends.find(*stage.from);
        return found == ends.end() ? std::nullopt : std::optional(found->second);
    }
    if (stage.base == "scratch") return Stand();
    if (!stage.context.empty()) return std::nullopt;  // which may be an image of the client's
    auto image = images.find(stage.base);
    return image ? std::optional(Stand{*image->config, {}}) : std::nullopt;
}

/// What a stage makes of that, as far as rules look at it.
void add_variables(const dockerfile::Stage& stage, Stand& stand) {
    for (const auto& instruction : stage.instructions) {
        if (const auto* env = std::get_if<dockerfile::AddEnv>(&instruction.what))
            for (const auto& pair : env->pairs) stand.config.config.env.push_back(pair.key + "=");
        if (const auto* args = std::get_if<dockerfile::AddArgs>(&instruction.what))
            for (const auto& arg : args->args) stand.arguments.push_back(arg.key);
    }
}

/// The file, or what stands in front of the mistake in it is looked at.
dockerfile::Dockerfile read_or_lint(std::string_view text, const std::vector<std::string>& ignored,
                                    const Request& request, dockerfile::LintReport& report) {
    try {
        return read_dockerfile(text, request);
    } catch (const dockerfile::DockerfileError& error) {
        std::size_t end = 0;
        for (int line = 1; line < error.lines().first && end < text.size(); ++line)
            end = std::min(text.find('\n', end), text.size() - 1) + 1;
        try {
            report = dockerfile::lint(read_dockerfile(text.substr(0, end), request), ignored);
        } catch (const dockerfile::DockerfileError&) {
            // There is no whole stage in front of it.
        }
        throw;
    }
}

}  // namespace

bool is_for(const oci::ImageConfig& config, const oci::Platform& wanted) {
    return config.os == wanted.os && config.architecture == wanted.architecture &&
           (wanted.variant.empty() || config.variant.empty() || config.variant == wanted.variant);
}

std::vector<dockerfile::LintWarning> value_warnings(const Plan& plan, const StagePlan& stage,
                                                    const oci::ImageConfig& base,
                                                    const std::vector<std::string>& inherited,
                                                    const Request& request) {
    auto variables = base.config.env;
    variables.insert(variables.end(), inherited.begin(), inherited.end());
    auto warnings = dockerfile::undefined_variables(plan.file, stage.stage, variables);
    auto target = platform_of(plan, stage, request).value_or(oci::Platform::host());
    bool is_image = !stage.base.empty() && stage.base != "scratch";
    if (is_image && !is_for(base, target) && !dockerfile::skips_rule(plan.file, "InvalidBaseImagePlatform"))
        warnings.push_back(
            {"InvalidBaseImagePlatform",
             fmt::format("Base image {} was pulled with platform \"{}\", expected \"{}\" for current build",
                         stage.base, base.platform().text(), target.text()),
             stage.stage.lines});
    return warnings;
}

void check_dockerfile(const image::Images& images, std::string_view text,
                      const std::vector<std::string>& ignored, const Request& request,
                      dockerfile::LintReport& report) {
    auto file = read_or_lint(text, ignored, request, report);
    report = dockerfile::lint(file, ignored);
    auto plan = make_plan(std::move(file), request);
    std::map<std::size_t, Stand> ends;
    for (std::size_t i = 0; i < plan.stages.size(); ++i) {
        const auto& stage = plan.stages[i];
        // Without a target the whole file is meant.
        if (!stage.needed && !request.target.empty()) continue;
        auto stand = base_of(images, stage, ends);
        if (!stand) continue;
        stand->config.config.env.emplace_back("PATH=");
        auto found = value_warnings(plan, stage, stand->config, stand->arguments, request);
        report.warnings.insert(report.warnings.end(), found.begin(), found.end());
        add_variables(stage.stage, *stand);
        ends[i] = std::move(*stand);
    }
    std::ranges::stable_sort(report.warnings, {}, [](const auto& one) { return one.lines.first; });
}

}  // namespace dhow::build
