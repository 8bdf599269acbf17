#pragma once
// What of a folder a build gets to see: all that .dockerignore leaves of it, in the order of the names.

#include <functional>
#include <string>

#include <sys/stat.h>

#include "base/ignore.hpp"

namespace dhow::cli {

/// A folder, file, symbolic link or named pipe. Sockets and devices mean nothing elsewhere.
struct Walked {
    int folder = -1;  ///< that holds it, open
    const std::string& name;
    const std::string& path;  ///< relative to the folder that is walked
    const struct stat& status;
};

/// Calls `visit` for each, a folder before what is in it. A folder that is left out is visited all the same
/// when something in it is not. @throws SystemError
void walk_folder(const std::string& folder, const IgnoreRules& rules,
                 const std::function<void(const Walked&)>& visit);

/// Where a symbolic link leads.
std::string link_target(const Walked& link);

}  // namespace dhow::cli
