#pragma once
// The options of `run` and `create` as the body of POST /containers/create.

#include "cli/options/arguments.hpp"
#include "wire/container_create.hpp"

namespace dhow::cli {

/// Reads the options (container_options) and the arguments IMAGE [COMMAND] [ARG...].
/// @throws InvalidArgument with docker's wording.
wire::ContainerCreate create_body(const Arguments& arguments);

/// The limits among the options, which `update` has too. `options` tells what the command knows.
void apply_resources(const Arguments& arguments, Options options, wire::Resources& resources);

}  // namespace dhow::cli
