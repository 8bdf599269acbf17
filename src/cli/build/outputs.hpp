#pragma once
// --output of `dhow build`: what becomes of the image beside its names.

#include <string>
#include <vector>

#include "cli/session.hpp"

namespace dhow::cli {

struct BuildOutput {
    enum class Type {
        image,       ///< in the daemon: always done
        cache_only,  ///< nothing: no names either
        docker,      ///< an archive for `docker load`
        oci,         ///< an OCI layout in a tar
        tar,         ///< the image's files in a tar
        local,       ///< the image's files in a folder
    };
    Type type = Type::image;
    bool push = false;               ///< to the registries of its names
    std::string destination;         ///< a file, "-" for standard output, a folder
    std::vector<std::string> names;  ///< of the image in the archive, or in the daemon
};

/// The values of --output: "type=tar,dest=FILE", a folder, or "-". @throws InvalidArgument, NotImplemented
std::vector<BuildOutput> read_outputs(const std::vector<std::string>& values);

/// Whether one of them goes to standard output.
bool writes_output(const std::vector<BuildOutput>& outputs);

/// Does it. `tags` are the image's names where the output has none of its own; progress goes to `fd`.
void deliver(Session& session, const BuildOutput& output, const std::string& image,
             const std::vector<std::string>& tags, int fd);

}  // namespace dhow::cli
