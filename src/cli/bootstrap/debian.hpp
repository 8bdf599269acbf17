#pragma once
// A minimal Debian of its packages, by mmdebstrap(1).

#include <string>
#include <vector>

namespace dhow::cli {

struct DebianRequest {
    std::string suite;                  ///< "bookworm"
    std::string variant;                ///< how much is installed, in mmdebstrap's words
    std::vector<std::string> packages;  ///< more of them; each may be a list, separated by commas
    std::vector<std::string>
        mirrors;  ///< URLs, lines of sources.list or files of such; none: mmdebstrap's own
};

/// The command that writes the root's tar to its standard output. As in the images that registries have,
/// services are not started when their package is installed, dpkg does not wait for the disk, and apt keeps
/// no packages.
std::vector<std::string> debian_command(const DebianRequest& request);

}  // namespace dhow::cli
