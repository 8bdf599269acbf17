#pragma once
// What the daemon's configuration tells the engine.

#include <filesystem>
#include <string>
#include <vector>

#include "engine/model/host_config.hpp"

namespace dhow::engine {

struct Options {
    std::filesystem::path data_root = "/var/lib/dhow";
    std::filesystem::path exec_root = "/run/dhow";
    std::filesystem::path runtime;  ///< the dhow-runtime program
    std::filesystem::path init;     ///< for --init; empty: dhow-runtime's own
    std::string cgroup_parent = "/dhow";
    LogConfig log;  ///< the default of containers
    std::int64_t shm_size = 64LL << 20;
    std::vector<Ulimit> ulimits;  ///< for containers that set none of that name
    std::vector<std::string> dns, dns_options, dns_search;
    std::vector<std::string> labels;  ///< of the daemon
    std::string id;                   ///< of the daemon
    /// How images are pulled, for `docker info` alone: registry::Options decides.
    std::vector<std::string> insecure_registries, registry_mirrors;
    bool init_by_default = false;
    bool no_new_privileges = false;
    bool debug = false;
};

}  // namespace dhow::engine
