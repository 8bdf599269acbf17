#include "engine/containers/storage.hpp"

#include "engine/containers/run_directory.hpp"
#include "engine/core.hpp"
#include "engine/model/container_json.hpp"

namespace dhow::engine {

Task<void> save(Core& core, LivePtr container, store::Durability durability) {
    auto turn = co_await container->saving.lock();
    if (container->gone) co_return;
    store::Document document{container->id(), container->record.name, json::write(container->record)};
    auto work = [&core, document, durability] { core.store.containers().put(document, durability); };
    co_await core.pool.run(std::move(work));
}

void save_in_background(Core& core, const LivePtr& container) {
    core.run_in_background("saving container " + container->record.short_id(),
                           save(core, container, store::Durability::relaxed));
}

Task<void> erase(Core& core, LivePtr container, store::Durability durability) {
    auto turn = co_await container->saving.lock();
    container->gone = true;
    auto work = [&core, id = container->id(), durability] { core.store.containers().remove(id, durability); };
    co_await core.pool.run(std::move(work));
}

void remove_directories(Core& core, const std::string& id) {
    core.store.remove_snapshot(id);
    core.store.trash().take(core.data_directory(id));
    remove_run_directory(core.run_directory(id));
}

}  // namespace dhow::engine
