#pragma once
// What the Engine API says about registries: POST /auth, GET /distribution/{name}/json, GET /images/search,
// and the credentials of the header X-Registry-Auth.

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace dhow::wire {

/// The body of POST /auth; base64url of the same is the value of X-Registry-Auth.
struct AuthConfig {
    std::string username, password;
    std::string server_address;
    std::string identity_token;
    std::string registry_token;
    std::string auth;  ///< base64 of "username:password", as docker's config.json has it
};

struct AuthAnswer {
    std::string status;
    std::string identity_token;
};

struct RemoteDescriptor {
    std::string media_type;
    std::string digest;
    std::int64_t size = 0;
};

struct RemotePlatform {
    std::string architecture, os, variant;
};

struct Distribution {
    RemoteDescriptor descriptor;
    std::vector<RemotePlatform> platforms;
};

struct SearchResult {
    int star_count = 0;
    bool is_official = false;
    std::string name;
    bool is_automated = false;
    std::string description;
};

/// The `aux` of a push's last line.
struct PushResult {
    std::string tag;
    std::string digest;
    std::int64_t size = 0;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::AuthConfig> {
    using T = wire::AuthConfig;
    static constexpr auto list = std::tuple{member("username", &T::username, omit_empty),
                                            member("password", &T::password, omit_empty),
                                            member("auth", &T::auth, omit_empty),
                                            member("serveraddress", &T::server_address, omit_empty),
                                            member("identitytoken", &T::identity_token, omit_empty),
                                            member("registrytoken", &T::registry_token, omit_empty)};
};

template <>
struct Members<wire::AuthAnswer> {
    using T = wire::AuthAnswer;
    static constexpr auto list =
        std::tuple{member("IdentityToken", &T::identity_token), member("Status", &T::status)};
};

template <>
struct Members<wire::RemoteDescriptor> {
    using T = wire::RemoteDescriptor;
    static constexpr auto list = std::tuple{member("mediaType", &T::media_type), member("digest", &T::digest),
                                            member("size", &T::size)};
};

template <>
struct Members<wire::RemotePlatform> {
    using T = wire::RemotePlatform;
    static constexpr auto list = std::tuple{member("architecture", &T::architecture), member("os", &T::os),
                                            member("variant", &T::variant, omit_empty)};
};

template <>
struct Members<wire::Distribution> {
    using T = wire::Distribution;
    static constexpr auto list =
        std::tuple{member("Descriptor", &T::descriptor), member("Platforms", &T::platforms)};
};

template <>
struct Members<wire::SearchResult> {
    using T = wire::SearchResult;
    static constexpr auto list =
        std::tuple{member("star_count", &T::star_count), member("is_official", &T::is_official),
                   member("name", &T::name), member("is_automated", &T::is_automated),
                   member("description", &T::description)};
};

template <>
struct Members<wire::PushResult> {
    using T = wire::PushResult;
    static constexpr auto list =
        std::tuple{member("Tag", &T::tag), member("Digest", &T::digest), member("Size", &T::size)};
};

}  // namespace dhow::json
