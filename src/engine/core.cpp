#include "engine/core.hpp"

#include "base/log.hpp"

namespace dhow::engine {

Core::Core(asio::any_io_executor loop, BlockingPool& blocking_pool, store::Store& open_store,
           image::Images& images_room, network::Networks& networks_room, Options settings)
    : executor(loop),
      pool(blocking_pool),
      store(open_store),
      image_room(images_room),
      network_room(networks_room),
      options(std::move(settings)),
      host(Host::read()),
      events(loop),
      containers(*this),
      execs(*this),
      volumes(*this),
      images(*this),
      networks(*this),
      system(*this) {}

void Core::run_in_background(std::string what, Task<void> work) {
    asio::co_spawn(executor, std::move(work), [what = std::move(what)](std::exception_ptr failure) {
        if (!failure) return;
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            log::error("{}: {}", what, error.what());
        }
    });
}

void publish(Core& core, const Container& container, std::string action,
             std::map<std::string, std::string> extra) {
    auto attributes = container.config.labels;
    attributes["image"] = container.config.image;
    attributes["name"] = container.name;
    for (auto& [name, value] : extra) attributes[name] = std::move(value);
    core.events.publish("container", std::move(action), container.id, std::move(attributes));
}

}  // namespace dhow::engine
