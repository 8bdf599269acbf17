#pragma once
// A context that the daemon fetches itself.

#include <memory>
#include <string>

#include "build/context.hpp"
#include "build/options.hpp"

namespace dhow::build {

/// Of a git repository its tree; of a URL the tar that is there, or a folder with the Dockerfile that is
/// there. Blocks for as long as the network takes. @throws InvalidArgument
std::shared_ptr<Context> fetch_context(const Services& services, const std::string& remote,
                                       const registry::Cancellation& cancelled, const Cancellation& stop);

}  // namespace dhow::build
