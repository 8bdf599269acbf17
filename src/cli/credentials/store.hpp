#pragma once
// Who the user is at registries: docker's config.json ("auths", "credHelpers", "credsStore") and its
// credential helpers, so that a login of either command line counts for both.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "wire/registry.hpp"

namespace dhow::cli {

/// The key of docker.io, as docker has always written it.
inline constexpr std::string_view docker_io_key = "https://index.docker.io/v1/";

/// The key that a registry has in config.json, from what a person calls it: "" and "docker.io" are
/// docker_io_key, "https://localhost:5000/v2/" is "localhost:5000".
std::string registry_key(std::string_view server);

class CredentialStore {
  public:
    /// Reads $DOCKER_CONFIG/config.json, or ~/.docker/config.json. @throws InvalidArgument when it is damaged
    CredentialStore();

    /// What is known for a key; an empty one with its server alone when nothing is.
    wire::AuthConfig get(const std::string& key) const;
    /// Keeps credentials: in the helper that is configured, else in the file. @return the file, when it was
    /// that
    std::optional<std::filesystem::path> put(const wire::AuthConfig& config);
    void erase(const std::string& key);

    /// The value of X-Registry-Auth for a key.
    std::string header(const std::string& key) const;
    /// The value of X-Registry-Config: all that is known.
    std::string all_header() const;

  private:
    std::string helper_of(const std::string& key) const;
    std::string find_entry(const std::string& key) const;
    void save() const;

    std::filesystem::path file_;
    json::Object document_;
};

}  // namespace dhow::cli
