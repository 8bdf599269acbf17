#pragma once
// The command line of `dhow build` as a request to the daemon.

#include <string>

#include "cli/build/caches.hpp"
#include "cli/build/input.hpp"
#include "cli/options/arguments.hpp"
#include "client/http.hpp"

namespace dhow::cli {

/// --call and --check: a question about the Dockerfile, instead of a build.
struct Call {
    std::string name;    ///< "" for a build
    std::string format;  ///< "json", "" for people
};

/// @throws InvalidArgument
Call read_call(const Arguments& arguments);

/// Brings the folders to build from by `lines`; those of --cache-from join `input`. @throws InvalidArgument
client::Target build_target(const Arguments& arguments, Input& input, ContextLines& lines);

/// The names at registries, and the secrets.
void add_build_headers(client::Request& request, const Arguments& arguments);

}  // namespace dhow::cli
