#pragma once

#include <filesystem>

#include "oci/runtime_config.hpp"

namespace dhow::runtime::parent {

/// config.json of a bundle. @throws InvalidArgument when there is none or it cannot be read as one
oci::RuntimeConfig read_config(const std::filesystem::path& bundle);

}  // namespace dhow::runtime::parent
