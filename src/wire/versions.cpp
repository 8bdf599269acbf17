#include "wire/versions.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/ranges.h>

#include "base/error.hpp"

namespace dhow::wire {

std::string ApiVersion::text() const { return fmt::format("{}.{}", major, minor); }

ApiVersion ApiVersion::parse(std::string_view text) {
    ApiVersion version;
    const char* end = text.data() + text.size();
    auto [dot, failed] = std::from_chars(text.data(), end, version.major);
    if (failed == std::errc{} && dot != end && *dot == '.') {
        auto [last, failed_minor] = std::from_chars(dot + 1, end, version.minor);
        if (failed_minor == std::errc{} && last == end && version.major >= 0 && version.minor >= 0)
            return version;
    }
    throw InvalidArgument("invalid API version \"{}\"", text);
}

void require_served(ApiVersion version) {
    if (version < oldest)
        throw InvalidArgument(
            "client version {} is too old. Minimum supported API version is {}, please upgrade your client "
            "to a "
            "newer version",
            version.text(), oldest.text());
    if (version > newest)
        throw InvalidArgument("client version {} is too new. Maximum supported API version is {}",
                              version.text(), newest.text());
}

namespace {

constexpr ApiVersion v(int minor) { return {1, minor}; }

void adapt_mount(Mount& mount, ApiVersion version) {
    auto& bind = mount.bind_options;
    if (bind && version < v(40)) bind->non_recursive = false;
    if (bind && version < v(42)) bind->create_mountpoint = false;
    if (version < v(42)) {
        if (mount.type != "volume") mount.volume_options.reset();
        if (mount.type != "tmpfs") mount.tmpfs_options.reset();
    }
    auto refuse = [&](bool given, std::string_view options, std::string_view type) {
        if (version >= v(42) && given && mount.type != type)
            throw InvalidArgument("{} must not be specified on mount type \"{}\"", options, mount.type);
    };
    refuse(mount.volume_options.has_value(), "VolumeOptions", "volume");
    refuse(bind.has_value(), "BindOptions", "bind");
    refuse(mount.tmpfs_options.has_value(), "TmpfsOptions", "tmpfs");

    if (bind && bind->read_only_force_recursive && mount.type == "bind" && version < v(44))
        throw InvalidArgument("BindOptions.ReadOnlyForceRecursive needs API v1.44 or newer");
    if (mount.volume_options && !mount.volume_options->subpath.empty() && version < v(45))
        throw InvalidArgument("VolumeOptions.Subpath needs API v1.45 or newer");
    if (mount.type == "image" && version < v(48))
        throw InvalidArgument("Mount type \"Image\" needs API v1.48 or newer");
}

void adapt_host_config(HostConfig& host, ApiVersion version) {
    // Until 1.24 the client removed the container itself.
    if (version < v(25)) host.auto_remove = false;
    if (version < v(40)) {
        host.kernel_memory_tcp = 0;
        if (host.ipc_mode.empty()) host.ipc_mode = "shareable";
    }
    if (version < v(41) && host.cgroupns_mode.empty()) host.cgroupns_mode = "host";
    if (version < v(42)) host.console_size = {};
    if (version >= v(42)) host.kernel_memory = 0;
    if (version < v(43)) host.annotations.clear();
    for (auto& mount : host.mounts) adapt_mount(mount, version);
    if (host.pids_limit && *host.pids_limit <= 0) host.pids_limit.reset();
}

bool takes_mac_address(const std::string& mode) {
    return mode != "host" && mode != "none" && !mode.starts_with("container:");
}

EndpointSettings& endpoint_of_mode(ContainerCreate& request, ApiVersion version) {
    const std::string& mode = request.host_config->network_mode;
    auto& endpoints = request.networking_config->endpoints_config;
    if (endpoints.empty()) return endpoints[mode];
    if (version < v(44)) return endpoints.begin()->second;
    auto found = endpoints.find(mode);
    if (found == endpoints.end())
        throw InvalidArgument(
            "HostConfig.NetworkMode must match the identity of a network in NetworkSettings.Networks");
    return found->second;
}

// Since 1.44 the address belongs to an endpoint, not to the container.
void adapt_mac_address(ContainerCreate& request, ApiVersion version, std::vector<std::string>& warnings) {
    bool for_container = !request.mac_address.empty();
    bool has_place = takes_mac_address(request.host_config->network_mode);
    if (version < v(44)) {
        if (!for_container) {
            for (auto& [name, endpoint] : request.networking_config->endpoints_config)
                endpoint.mac_address.clear();
            return;
        }
        if (!has_place) throw InvalidArgument("conflicting options: mac-address and the network mode");
        endpoint_of_mode(request, version).mac_address = request.mac_address;
        return;
    }
    if (!for_container) return;
    if (has_place) {
        auto& endpoint = endpoint_of_mode(request, version);
        if (endpoint.mac_address.empty()) endpoint.mac_address = request.mac_address;
        if (endpoint.mac_address != request.mac_address)
            throw InvalidArgument(
                "the container-wide MAC address must match the endpoint-specific MAC address for the main "
                "network, "
                "or be left empty");
    }
    request.mac_address.clear();
    warnings.push_back(
        "The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig "
        "instead.");
}

void adapt_endpoints(ContainerCreate& request, ApiVersion version) {
    auto& endpoints = request.networking_config->endpoints_config;
    // "default" lets a client name the default network of any operating system.
    auto& mode = request.host_config->network_mode;
    if (mode.empty() || mode == "default") {
        mode = "bridge";
        if (auto node = endpoints.extract("default")) {
            node.key() = mode;
            endpoints.insert(std::move(node));
        }
    }
    if (version < v(44) && endpoints.size() > 1) {
        std::vector<std::string> names;
        for (const auto& [name, endpoint] : endpoints) names.push_back(name);
        throw InvalidArgument("Container cannot be created with multiple network endpoints: {}",
                              fmt::join(names, ", "));
    }
    if (version < v(48))
        for (auto& [name, endpoint] : endpoints) endpoint.gw_priority = 0;
}

void warn_of_volume_driver(const HostConfig& host, ApiVersion version, std::vector<std::string>& warnings) {
    if (host.volume_driver.empty() || version < v(48)) return;
    bool ignored = std::ranges::any_of(host.mounts, [](const Mount& mount) {
        bool has_driver = mount.volume_options && mount.volume_options->driver_config &&
                          !mount.volume_options->driver_config->name.empty();
        return mount.type == "volume" && !has_driver;
    });
    if (ignored)
        warnings.push_back(
            "WARNING: the container-wide volume-driver configuration is ignored for volumes specified via "
            "'mount'. "
            "Use '--mount type=volume,volume-driver=...' instead");
}

}  // namespace

std::vector<std::string> adapt(ContainerCreate& request, ApiVersion version) {
    std::vector<std::string> warnings;
    if (!request.host_config) request.host_config.emplace();
    if (!request.networking_config) request.networking_config.emplace();
    adapt_endpoints(request, version);
    adapt_host_config(*request.host_config, version);
    if (request.healthcheck && version < v(44)) request.healthcheck->start_interval = 0;
    warn_of_volume_driver(*request.host_config, version, warnings);
    adapt_mac_address(request, version, warnings);
    return warnings;
}

void adapt(ContainerUpdate& request, ApiVersion version) {
    if (version < v(40)) request.pids_limit.reset();
    if (version >= v(42)) request.kernel_memory = 0;
    if (request.pids_limit && *request.pids_limit < 0) request.pids_limit = 0;
}

namespace {

/// The object at a path of member names, or null.
json::Object* object_at(json::Value& value, std::initializer_list<std::string_view> path) {
    json::Object* object = value.if_object();
    for (auto name : path) {
        if (!object) return nullptr;
        json::Value* next = object->if_contains(name);
        object = next ? next->if_object() : nullptr;
    }
    return object;
}

template <typename Action>
void for_each_element(json::Value& answer, std::string_view name, Action action) {
    json::Object* object = answer.if_object();
    json::Value* list = object ? object->if_contains(name) : nullptr;
    if (!list || !list->is_array()) return;
    for (auto& element : list->get_array()) action(element);
}

void shape_endpoints(json::Object* networks, ApiVersion version) {
    if (!networks) return;
    for (auto& entry : *networks) {
        json::Object* endpoint = entry.value().if_object();
        if (!endpoint) continue;
        if (version < v(48)) endpoint->erase("GwPriority");
        if (version < v(44)) endpoint->erase("DNSNames");
    }
}

// Until 1.44 the short id was listed among the aliases that were asked for.
void add_short_id_alias(json::Object* networks, std::string_view id) {
    if (!networks || id.size() < 12) return;
    for (auto& [name, endpoint] : *networks) {
        if (name == "bridge" || name == "host" || name == "none") continue;
        if (!endpoint.is_object()) continue;
        json::Value& aliases = endpoint.get_object()["Aliases"];
        if (!aliases.is_array()) aliases = json::Array{};
        aliases.get_array().push_back(json::Value(id.substr(0, 12)));
    }
}

}  // namespace

void shape_container_inspect(json::Value& answer, ApiVersion version) {
    if (version >= v(48)) return;
    json::Object* networks = object_at(answer, {"NetworkSettings", "Networks"});
    shape_endpoints(networks, version);
    if (version < v(45)) {
        const json::Value* id = answer.get_object().if_contains("Id");
        if (id && id->is_string()) add_short_id_alias(networks, std::string_view(id->get_string()));
    }
    if (version < v(44)) {
        // The address was the container's own then.
        json::Object* config = object_at(answer, {"Config"});
        json::Object* settings = object_at(answer, {"NetworkSettings"});
        const json::Value* address = settings ? settings->if_contains("MacAddress") : nullptr;
        if (config && address && !config->contains("MacAddress") && address->is_string() &&
            !address->get_string().empty())
            (*config)["MacAddress"] = *address;
    }
}

void shape_container_summary(json::Value& answer, ApiVersion version) {
    if (version < v(46))
        if (json::Object* host = object_at(answer, {"HostConfig"})) host->erase("Annotations");
    shape_endpoints(object_at(answer, {"NetworkSettings", "Networks"}), version);
}

void shape_image_inspect(json::Value& answer, ApiVersion version) {
    json::Object& image = answer.get_object();
    if (version < v(44)) {
        image["VirtualSize"] = image["Size"];
        if (!image.contains("Created")) image["Created"] = "0001-01-01T00:00:00Z";
    }
    if (version < v(50)) {
        // A whole container's config was answered then, its other members always empty.
        ContainerConfig config = json::from<ContainerConfig>(image["Config"]);
        image["Config"] = json::to(config);
    }
    if (version < v(45)) {
        image["Container"] = "";
        image["ContainerConfig"] = json::to(ContainerConfig{});
    }
}

void shape_image_summary(json::Value& answer, ApiVersion version) {
    json::Object& image = answer.get_object();
    if (version < v(44)) image["VirtualSize"] = image["Size"];
    if (version < v(51)) image["Containers"] = -1;
}

void shape_network(json::Value& answer, ApiVersion version) {
    if (version < v(48)) answer.get_object().erase("EnableIPv4");
}

void shape_info(json::Value& answer, ApiVersion version) {
    if (version >= v(50)) return;
    json::Object& info = answer.get_object();
    info["BridgeNfIptables"] = false;
    info["BridgeNfIp6tables"] = false;
    if (version < v(49)) {
        info.erase("FirewallBackend");
        for (auto name : {"ContainerdCommit", "RuncCommit", "InitCommit"})
            if (json::Object* commit = object_at(answer, {name})) (*commit)["Expected"] = (*commit)["ID"];
        if (json::Object* registries = object_at(answer, {"RegistryConfig"})) {
            (*registries)["AllowNondistributableArtifactsCIDRs"] = nullptr;
            (*registries)["AllowNondistributableArtifactsHostnames"] = nullptr;
        }
    }
    if (version < v(44)) {
        info.erase("CDISpecDirs");
        if (json::Object* runtimes = object_at(answer, {"Runtimes"}))
            for (auto& entry : *runtimes)
                if (json::Object* runtime = entry.value().if_object()) runtime->erase("status");
    }
    if (version < v(42)) info["KernelMemory"] = false;
    if (version < v(25)) {
        // "name=seccomp,profile=default" was plain "seccomp".
        for_each_element(answer, "SecurityOptions", [](json::Value& option) {
            std::string text(option.get_string());
            if (text.starts_with("name=")) text.erase(0, 5);
            option = text.substr(0, text.find(','));
        });
    }
}

void shape_disk_usage(json::Value& answer, ApiVersion version) {
    // The count of containers was always right here, so the list's shaping must not touch it.
    if (version < v(44))
        for_each_element(answer, "Images", [](json::Value& image) {
            image.get_object()["VirtualSize"] = image.get_object()["Size"];
        });
    for_each_element(answer, "Containers",
                     [&](json::Value& container) { shape_container_summary(container, version); });
}

}  // namespace dhow::wire
