#pragma once
// The instructions of `docker import --change` and `docker commit --change`: a Dockerfile's, for what they do
// to an image's configuration.

#include <string>
#include <string_view>
#include <vector>

#include "oci/image_config.hpp"

namespace dhow::image {

/// Applies one instruction: CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL ONBUILD STOPSIGNAL USER VOLUME
/// WORKDIR.
/// @throws InvalidArgument in docker's words ("FROM is not a valid change command")
void apply_change(std::string_view instruction, oci::ContainerConfig& config);

/// Applies several, each of which may hold several lines.
void apply_changes(const std::vector<std::string>& changes, oci::ContainerConfig& config);

}  // namespace dhow::image
