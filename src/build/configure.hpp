#pragma once
// Instructions that change an image's configuration alone.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "build/dockerfile/instructions.hpp"
#include "oci/image_config.hpp"

namespace dhow::build {

/// The command of a shell or exec form, with the stage's shell.
std::vector<std::string> command_of(const dockerfile::CommandLine& command,
                                    const oci::ContainerConfig& config);

/// The directory that WORKDIR `path` means. Absolute and clean.
std::string working_directory(const oci::ContainerConfig& config, const std::string& path);

std::optional<std::string> find_variable(const std::vector<std::string>& env, std::string_view name);

/// Sets a variable, in its place when it is there.
void set_variable(std::vector<std::string>& env, const std::string& name, const std::string& value);

/// Applies an instruction whose variables are expanded; RUN, COPY, ADD and ARG change nothing.
/// `command_set`: the stage has a CMD of its own. @return what docker's history says of it: "ENV a=b"
std::string configure(const dockerfile::Instruction& instruction, oci::ImageConfig& config,
                      bool& command_set);

}  // namespace dhow::build
