#pragma once
// Whose certificates are believed: certs.d, as docker lays it out.

#include <string>

#include "registry/options.hpp"
#include "registry/url.hpp"

namespace dhow::registry {

struct Trust {
    bool verify = true;
    std::string authorities;       ///< PEM, believed beside the system's own
    std::string certificate, key;  ///< files of a client's certificate, or ""
};

/// What certs.d says of a host. @throws InvalidArgument when a certificate lacks its key
Trust trust_of(const Options& options, const Url& url);

}  // namespace dhow::registry
