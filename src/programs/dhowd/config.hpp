#pragma once
// What dhowd was told: options of its command line and daemon.json, with docker's names for both.

#include <filesystem>
#include <string>
#include <vector>

#include "engine/options.hpp"
#include "network/config.hpp"
#include "registry/options.hpp"

namespace dhow::daemon {

struct Config {
    std::vector<std::string> hosts;  ///< "unix:///run/dhow.sock", "tcp://127.0.0.1:2375"
    std::string group;               ///< owner of unix sockets
    std::filesystem::path pidfile = "/run/dhow.pid";
    std::filesystem::path config_file = "/etc/dhow/daemon.json";
    bool debug = false;
    std::string log_level;
    engine::Options engine;
    network::Config network;
    registry::Options registries;

    bool show_help = false;
    bool show_version = false;
    bool validate_only = false;
};

/// Reads the command line, then the configuration file it names (which may be absent unless it was named).
/// @throws InvalidArgument in docker's words: an unknown option or directive, a directive that is given both
///     ways, a value that makes no sense.
Config read_config(const std::vector<std::string>& arguments);

/// The text of --help.
std::string help_text();

}  // namespace dhow::daemon
