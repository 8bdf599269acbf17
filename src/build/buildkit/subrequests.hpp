#pragma once
// Subrequests as a client of BuildKit's gateway makes them: build's own frontend answers without a build.

#include "build/buildkit/recipe.hpp"

namespace dhow::build::buildkit {

/// Brings the Dockerfile and answers what the order asks of it.
/// @return the metadata of the result: "result.json", "result.txt", "version", "result.statuscode"
/// @throws UnsupportedSubrequest, rpc::CallFailed with the place in the Dockerfile
Task<std::map<std::string, std::string>> answer_subrequest(Delivery delivery, Order order);

}  // namespace dhow::build::buildkit
