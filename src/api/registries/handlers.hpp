#pragma once
// One function a route of what reaches into registries.

#include <map>
#include <string>
#include <string_view>

#include "api/http/exchange.hpp"
#include "engine/registries.hpp"

namespace dhow::api::registries {

using http::Exchange;

Task<void> pull(engine::Registries& registries, Exchange& exchange);
Task<void> push(engine::Registries& registries, Exchange& exchange);
Task<void> search(engine::Registries& registries, Exchange& exchange);
Task<void> authenticate(engine::Registries& registries, Exchange& exchange);
Task<void> distribution(engine::Registries& registries, Exchange& exchange);
/// dhow's own: the manifest or index itself, so that `dhow manifest inspect` needs no TLS.
Task<void> manifest(engine::Registries& registries, Exchange& exchange);

// credentials.cpp

/// X-Registry-Auth. Absent and malformed ones are nobody's, as dockerd takes them.
image::Credentials read_credentials(const http::Request& request);

/// X-Registry-Config: credentials by the registry's domain.
std::map<std::string, image::Credentials> read_all_credentials(const http::Request& request);

/// "https://index.docker.io/v1/" is docker.io, "http://localhost:5000/" is localhost:5000.
std::string domain_of(std::string_view server_address);

}  // namespace dhow::api::registries
