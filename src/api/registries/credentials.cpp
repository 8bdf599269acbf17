#include "api/registries/handlers.hpp"
#include "base/base64.hpp"
#include "wire/registry.hpp"

namespace dhow::api::registries {

namespace {

image::Credentials credentials_of(wire::AuthConfig config) {
    if (config.username.empty() && !config.auth.empty())
        if (auto pair = base64_decode(config.auth)) {
            auto colon = pair->find(':');
            config.username = pair->substr(0, colon);
            if (colon != pair->npos) config.password = pair->substr(colon + 1);
        }
    return {config.username, config.password, config.identity_token, config.registry_token};
}

}  // namespace

image::Credentials read_credentials(const http::Request& request) {
    auto header = request.header("X-Registry-Auth");
    if (header.empty()) return {};
    try {
        auto text = base64_decode(header);
        if (!text) return {};
        return credentials_of(json::read<wire::AuthConfig>(*text));
    } catch (const InvalidArgument&) {
        return {};
    }
}

std::map<std::string, image::Credentials> read_all_credentials(const http::Request& request) {
    auto text = base64_decode(request.header("X-Registry-Config"));
    if (!text || text->empty()) return {};
    std::map<std::string, image::Credentials> all;
    try {
        for (auto& [server, config] : json::read<std::map<std::string, wire::AuthConfig>>(*text))
            all[domain_of(server)] = credentials_of(config);
    } catch (const InvalidArgument&) {
        return {};
    }
    return all;
}

std::string domain_of(std::string_view address) {
    if (auto scheme = address.find("://"); scheme != address.npos) address.remove_prefix(scheme + 3);
    address = address.substr(0, address.find('/'));
    if (address.empty() || address == "index.docker.io" || address == "registry-1.docker.io")
        return "docker.io";
    return std::string(address);
}

}  // namespace dhow::api::registries
