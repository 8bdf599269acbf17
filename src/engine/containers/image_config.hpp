#pragma once
// What a container inherits of its image: a pure function.

#include "engine/model/container_config.hpp"
#include "oci/image_config.hpp"

namespace dhow::engine {

/// Fills what `config` leaves open with what the image says, by docker's rules: an entrypoint of the user's
/// drops the image's command; environment, labels, ports and volumes are united, the user's winning.
/// @throws InvalidArgument "no command specified".
void inherit(ContainerConfig& config, const oci::ContainerConfig& image);

}  // namespace dhow::engine
