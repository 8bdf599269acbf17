#pragma once
// What can be told of a Dockerfile without building it: its stages, and what a stage takes from outside.
// Source: moby/buildkit, frontend/subrequests/outline and targets.

#include <string>
#include <vector>

#include "build/plan.hpp"

namespace dhow::build {

/// A stage that can be built.
struct Target {
    std::string name;  ///< "" without AS
    bool is_default = false;
    std::string description;
    std::string base, platform;  ///< as written
    dockerfile::Lines lines;
};

/// A variable that a client can set.
struct ArgumentOutline {
    std::string name;
    std::string description;
    std::string value;  ///< with what the request sets
    dockerfile::Lines lines;
};

/// A secret or an agent of the client's.
struct LoanOutline {
    std::string name;
    bool required = false;
    dockerfile::Lines lines;
};

struct CacheOutline {
    std::string id;
    dockerfile::Lines lines;
};

/// What a target and the stages that it needs take from outside, in the order of the file.
struct Outline {
    std::string name;
    std::string description;
    std::vector<ArgumentOutline> arguments;
    std::vector<LoanOutline> secrets;
    std::vector<LoanOutline> agents;
    std::vector<CacheOutline> caches;
};

std::vector<Target> list_targets(const dockerfile::Dockerfile& file);

/// No base is asked for its variables: to a stage that uses one it is not set.
/// @throws dockerfile::DockerfileError for a FROM that cannot be read
Outline make_outline(const Plan& plan, const Request& request);

}  // namespace dhow::build
