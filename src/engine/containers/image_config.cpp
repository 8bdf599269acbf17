#include "engine/containers/image_config.hpp"

#include <set>

#include "base/error.hpp"

namespace dhow::engine {

namespace {

template <typename T>
void inherit_if_empty(T& own, const T& image) {
    if (own.empty()) own = image;
}

void inherit_command(ContainerConfig& config, const oci::ContainerConfig& image) {
    bool has_entrypoint = config.entrypoint && !config.entrypoint->empty();
    bool has_cmd = config.cmd && !config.cmd->empty();
    if (!has_entrypoint) {
        if (!has_cmd) {
            config.cmd = image.cmd;
            config.args_escaped = image.args_escaped;
        }
        if (!config.entrypoint) config.entrypoint = image.entrypoint;
    }
    // `--entrypoint ""` arrives as one empty word.
    if (config.entrypoint && config.entrypoint->size() == 1 && config.entrypoint->front().empty())
        config.entrypoint.reset();
    if ((!config.entrypoint || config.entrypoint->empty()) && (!config.cmd || config.cmd->empty()))
        throw InvalidArgument("no command specified");
}

void inherit_environment(ContainerConfig& config, const oci::ContainerConfig& image) {
    std::set<std::string> known;
    for (const auto& entry : config.env) known.insert(entry.substr(0, entry.find('=')));
    for (const auto& entry : image.env)
        if (!known.contains(entry.substr(0, entry.find('=')))) config.env.push_back(entry);
}

void inherit_health(ContainerConfig& config, const oci::ContainerConfig& image) {
    if (!image.healthcheck) return;
    if (!config.healthcheck) {
        config.healthcheck = image.healthcheck;
        return;
    }
    auto& own = *config.healthcheck;
    inherit_if_empty(own.test, image.healthcheck->test);
    auto number = [](auto& mine, auto theirs) {
        if (mine == 0) mine = theirs;
    };
    number(own.interval, image.healthcheck->interval);
    number(own.timeout, image.healthcheck->timeout);
    number(own.start_period, image.healthcheck->start_period);
    number(own.start_interval, image.healthcheck->start_interval);
    number(own.retries, image.healthcheck->retries);
}

}  // namespace

void inherit(ContainerConfig& config, const oci::ContainerConfig& image) {
    inherit_if_empty(config.user, image.user);
    inherit_if_empty(config.working_dir, image.working_dir);
    inherit_if_empty(config.stop_signal, image.stop_signal);
    inherit_if_empty(config.shell, image.shell);
    if (!config.stop_timeout && image.stop_timeout)
        config.stop_timeout = static_cast<int>(*image.stop_timeout);
    for (const auto& port : image.exposed_ports.names) config.exposed_ports.insert(port);
    for (const auto& volume : image.volumes.names) config.volumes.insert(volume);
    for (const auto& [name, value] : image.labels) config.labels.emplace(name, value);
    inherit_command(config, image);
    inherit_environment(config, image);
    inherit_health(config, image);
    config.on_build.clear();
}

}  // namespace dhow::engine
