#include "engine/engine.hpp"

#include "engine/containers/run.hpp"
#include "engine/core.hpp"
#include "engine/recovery.hpp"

namespace dhow::engine {

Engine::Engine(asio::any_io_executor executor, BlockingPool& pool, store::Store& store, image::Images& images,
               network::Networks& networks, Options options)
    : core_(std::make_unique<Core>(std::move(executor), pool, store, images, networks, std::move(options))) {}

Engine::~Engine() = default;

Task<void> Engine::recover() { co_await engine::recover(*core_); }

void Engine::close() {
    core_->closing = true;
    for (const auto& [id, container] : core_->registry.all()) {
        for (const auto& weak : std::exchange(container->waits, {}))
            if (auto wait = weak.lock()) wait->close();
        end_attachments(*container);
        container->changed.notify();
        container->shim.reset();
    }
}

Containers& Engine::containers() { return core_->containers; }
Execs& Engine::execs() { return core_->execs; }
Volumes& Engine::volumes() { return core_->volumes; }
Images& Engine::images() { return core_->images; }
Networks& Engine::networks() { return core_->networks; }
Events& Engine::events() { return core_->events; }
System& Engine::system() { return core_->system; }
const Options& Engine::options() const { return core_->options; }

}  // namespace dhow::engine
