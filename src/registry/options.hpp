#pragma once
// How registries are reached, and as whom.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::registry {

struct Options {
    /// Registries that are asked over TLS without checking their certificate, and then without TLS: hosts
    /// ("registry.lan:5000") or networks ("10.0.0.0/8"). Loopback addresses always are.
    std::vector<std::string> insecure;
    /// URLs that are asked before docker.io for what is pulled from there.
    std::vector<std::string> mirrors;
    /// Each may hold a folder HOST[:PORT] with certificates: *.crt is a CA, NAME.cert and NAME.key are a
    /// client's.
    std::vector<std::filesystem::path> certificate_folders{"/etc/dhow/certs.d", "/etc/docker/certs.d"};
    /// Proxies by the scheme of what is asked; empty means what the environment says (HTTP_PROXY,
    /// HTTPS_PROXY, NO_PROXY, in either case).
    std::string http_proxy, https_proxy, no_proxy;
    std::string user_agent = "dhow";
};

/// Who asks. All empty: nobody.
struct Credentials {
    std::string username, password;
    std::string identity_token;  ///< a refresh token of OAuth 2, instead of a password
    std::string registry_token;  ///< a bearer token to send as it is

    bool empty() const { return username.empty() && identity_token.empty() && registry_token.empty(); }
};

/// Checks a mirror's URL and gives it with a '/' at its end. @throws InvalidArgument in docker's words
std::string check_mirror(std::string_view url);

/// Checks an entry of `insecure`. @throws InvalidArgument in docker's words
std::string check_insecure(std::string_view entry);

}  // namespace dhow::registry
