#pragma once
// POST /containers/create

#include "wire/container_config.hpp"
#include "wire/endpoint.hpp"
#include "wire/host_config.hpp"

namespace dhow::wire {

/// The body: a Config with two members more.
struct ContainerCreate : ContainerConfig {
    std::optional<HostConfig> host_config;
    std::optional<NetworkingConfig> networking_config;
};

struct ContainerCreateResponse {
    std::string id;
    std::vector<std::string> warnings;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::ContainerCreate> {
    static constexpr auto list = std::tuple_cat(
        Members<wire::ContainerConfig>::list,
        std::tuple{member("HostConfig", &wire::ContainerCreate::host_config, omit_empty),
                   member("NetworkingConfig", &wire::ContainerCreate::networking_config, omit_empty)});
};

template <>
struct Members<wire::ContainerCreateResponse> {
    static constexpr auto list = std::tuple{member("Id", &wire::ContainerCreateResponse::id),
                                            member("Warnings", &wire::ContainerCreateResponse::warnings)};
};

}  // namespace dhow::json
