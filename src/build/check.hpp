#pragma once
// What is wrong with a Dockerfile, as far as it can be known without building it: `--check`.

#include <string>
#include <string_view>
#include <vector>

#include "build/dockerfile/lint.hpp"
#include "build/plan.hpp"

namespace dhow::build {

/// Looks at a Dockerfile; rules of values are looked at in stages whose bases are here.
/// `report`: what was found, also where this throws what would fail the build
/// `ignored`: the patterns of the context's .dockerignore
/// @throws dockerfile::DockerfileError, InvalidArgument, NotImplemented
void check_dockerfile(const image::Images& images, std::string_view text,
                      const std::vector<std::string>& ignored, const Request& request,
                      dockerfile::LintReport& report);

/// What the rules say of a stage once its base is known: UndefinedVar, InvalidBaseImagePlatform.
/// `base`: the configuration that the stage begins with; `inherited`: names of ARG in the stages that it
/// stands on.
std::vector<dockerfile::LintWarning> value_warnings(const Plan& plan, const StagePlan& stage,
                                                    const oci::ImageConfig& base,
                                                    const std::vector<std::string>& inherited,
                                                    const Request& request);

/// Whether an image can stand for one of a platform: a variant that is not said fits any.
bool is_for(const oci::ImageConfig& config, const oci::Platform& wanted);

}  // namespace dhow::build
