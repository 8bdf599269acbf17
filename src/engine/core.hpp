#pragma once
// What the engine's parts share: the rooms below, the containers in memory, and each other.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/async/task.hpp"
#include "engine/containers/registry.hpp"
#include "engine/engine.hpp"
#include "engine/host.hpp"
#include "store/store.hpp"

namespace dhow::engine {

struct Core {
    Core(asio::any_io_executor loop, BlockingPool& blocking_pool, store::Store& open_store,
         image::Images& images_room, network::Networks& networks_room, Options settings);

    asio::any_io_executor executor;
    BlockingPool& pool;
    store::Store& store;
    image::Images& image_room;
    network::Networks& network_room;
    const Options options;
    const Host host;

    Registry registry;
    /// All execs of all containers, by their id.
    std::map<std::string, std::shared_ptr<Exec>> execs_by_id;

    Events events;
    Containers containers;
    Execs execs;
    Volumes volumes;
    Images images;
    Networks networks;
    System system;

    /// The daemon is going: nothing is restarted, nothing new begins.
    bool closing = false;

    /// Runs `work` beside everything else; an error that leaves it is logged as "what: error".
    void run_in_background(std::string what, Task<void> work);

    /// The default bridge's gateway, which "host-gateway" means; empty when there is none. From any thread.
    std::string gateway_address() const { return host_gateway; }
    /// Set once by recover(), before any container starts.
    std::string host_gateway;

    std::filesystem::path run_directory(const std::string& id) const {
        return options.exec_root / "containers" / id;
    }
    std::filesystem::path data_directory(const std::string& id) const {
        return options.data_root / "containers" / id;
    }
    std::filesystem::path runtime_state_root() const { return options.exec_root / "runtime"; }
};

Task<ContainerSizes> container_sizes(Core& core, std::string id, std::string image_id);

/// Publishes a container's event with docker's attributes: image, name, all labels, and `extra`.
void publish(Core& core, const Container& container, std::string action,
             std::map<std::string, std::string> extra = {});

}  // namespace dhow::engine
