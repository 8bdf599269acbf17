#pragma once
// Where a registry is asked: the addresses that a domain of an image's name stands for.

#include <string>
#include <string_view>
#include <vector>

#include "registry/options.hpp"

namespace dhow::registry {

struct Endpoint {
    std::string base;     ///< "https://registry-1.docker.io/"
    bool mirror = false;  ///< gets no credentials; what it lacks is asked of the next
    bool verify = true;   ///< its certificate must be good
};

/// The addresses in the order to try. `push`: mirrors are left out.
std::vector<Endpoint> endpoints_of(const Options& options, std::string_view domain, bool push);

/// Whether a domain may be asked without a checked certificate.
bool is_insecure(const Options& options, std::string_view domain);

}  // namespace dhow::registry
