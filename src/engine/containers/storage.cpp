#include "engine/containers/storage.hpp"

#include "engine/containers/run_directory.hpp"
#include "engine/core.hpp"
#include "engine/model/container_json.hpp"
#include "engine/model/volume_json.hpp"

namespace dhow::engine {

Task<void> save(Core& core, LivePtr container, store::Durability durability) {
    auto turn = co_await container->saving.lock();
    if (container->gone) co_return;
    store::Document document{container->id(), container->record.name, json::write(container->record)};
    auto work = [&core, document, durability] { core.store.containers().put(document, durability); };
    co_await core.pool.run(std::move(work));
}

Task<void> insert(Core& core, LivePtr container, store::Durability durability) {
    auto turn = co_await container->saving.lock();
    const auto& record = container->record;
    store::Document document{record.id, record.name, json::write(record)};
    std::vector<store::Document> volumes;
    for (const auto& mount : record.mounts)
        if (mount.type == "volume" && mount.anonymous)
            volumes.push_back({mount.name, mount.name, json::write(core.volumes.inspect(mount.name))});
    auto work = [&core, document, volumes, durability] {
        if (durability == store::Durability::durable) core.store.unsynced().sync();
        auto transaction = core.store.database().begin(durability);
        for (const auto& volume : volumes) core.store.volumes().put(transaction, volume);
        core.store.containers().put(transaction, document);
        transaction.commit();
    };
    co_await core.pool.run(std::move(work));
}

void save_in_background(Core& core, const LivePtr& container) {
    core.run_in_background("saving container " + container->record.short_id(),
                           save(core, container, store::Durability::relaxed));
}

Task<void> erase(Core& core, LivePtr container, std::vector<std::string> volumes,
                 store::Durability durability) {
    auto turn = co_await container->saving.lock();
    container->gone = true;
    auto work = [&core, id = container->id(), volumes, durability] {
        auto transaction = core.store.database().begin(durability);
        core.store.containers().remove(transaction, id);
        for (const auto& volume : volumes) core.store.volumes().remove(transaction, volume);
        transaction.commit();
    };
    co_await core.pool.run(std::move(work));
}

void remove_directories(Core& core, const std::string& id) {
    core.store.remove_snapshot(id);
    core.store.trash().take(core.data_directory(id));
    remove_run_directory(core.run_directory(id));
}

}  // namespace dhow::engine
