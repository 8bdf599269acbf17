#include "build/check.hpp"

#include <algorithm>

namespace dhow::build {

namespace {

/// What a stage begins with; none when that cannot be known before it is fetched.
/// `ends`: what the stages before it that are known end with.
std::optional<oci::ImageConfig> base_of(const image::Images& images, const StagePlan& stage,
                                        const std::map<std::size_t, oci::ImageConfig>& ends) {
    if (stage.from) {
        auto found = ends.find(*stage.from);
        return found == ends.end() ? std::nullopt : std::optional(found->second);
    }
    if (stage.base == "scratch") return oci::ImageConfig();
    if (!stage.context.empty()) return std::nullopt;  // which may be an image of the client's
    auto image = images.find(stage.base);
    return image ? std::optional(*image->config) : std::nullopt;
}

}  // namespace

bool is_for(const oci::ImageConfig& config, const oci::Platform& wanted) {
    return config.os == wanted.os && config.architecture == wanted.architecture &&
           (wanted.variant.empty() || config.variant.empty() || config.variant == wanted.variant);
}

std::vector<dockerfile::LintWarning> value_warnings(const Plan& plan, const StagePlan& stage,
                                                    const oci::ImageConfig& base, const Request& request) {
    auto warnings = dockerfile::undefined_variables(plan.file, stage.stage, base.config.env);
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
    auto file = read_dockerfile(text, request);
    report = dockerfile::lint(file, ignored);
    auto plan = make_plan(std::move(file), request);
    std::map<std::size_t, oci::ImageConfig> ends;
    for (std::size_t i = 0; i < plan.stages.size(); ++i) {
        const auto& stage = plan.stages[i];
        // Without a target the whole file is meant.
        if (!stage.needed && !request.target.empty()) continue;
        auto config = base_of(images, stage, ends);
        if (!config) continue;
        config->config.env.emplace_back("PATH=");
        auto found = value_warnings(plan, stage, *config, request);
        report.warnings.insert(report.warnings.end(), found.begin(), found.end());
        for (const auto& instruction : stage.stage.instructions)
            if (const auto* pairs = std::get_if<dockerfile::AddEnv>(&instruction.what))
                for (const auto& pair : pairs->pairs) config->config.env.push_back(pair.key + "=");
        ends[i] = std::move(*config);
    }
    std::ranges::stable_sort(report.warnings, {}, [](const auto& one) { return one.lines.first; });
}

}  // namespace dhow::build
