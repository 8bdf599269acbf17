// inspect and top: looking closer at one container.

#include "base/error.hpp"
#include "engine/core.hpp"
#include "engine/processes.hpp"

namespace dhow::engine {

Task<ContainerDetails> Containers::inspect(std::string name, bool size) {
    Core& core = core_;
    auto container = core.registry.get(name);
    ContainerDetails details;
    details.container = container->record;
    for (const auto& [id, exec] : container->execs)
        if (exec->phase == ExecPhase::running) details.exec_ids.push_back(id);
    auto read_snapshot = [&core, id = container->id()]() -> std::optional<store::Snapshot> {
        try {
            return core.store.snapshots().get(id);
        } catch (const NotFound&) {
            return std::nullopt;  // it is being removed
        }
    };
    auto snapshot = co_await core.pool.run(std::move(read_snapshot));
    if (snapshot) {
        for (const auto& lower : snapshot->lowerdirs)
            details.lower_dir += (details.lower_dir.empty() ? "" : ":") + lower.string();
        details.upper_dir = snapshot->upperdir;
        details.work_dir = snapshot->workdir;
        details.merged_dir = snapshot->merged;
    }
    if (size) details.sizes = co_await container_sizes(core, container->id(), container->record.image_id);
    co_return details;
}

Task<ProcessTable> Containers::top(std::string name, std::string ps_arguments) {
    Core& core = core_;
    auto container = core.registry.get(name);
    if (!container->alive()) throw Conflict("container {} is not running", container->id());
    if (container->record.state.phase == Phase::restarting)
        throw Conflict("Container {} is restarting, wait until the container is running", container->id());
    auto arguments = ps_arguments.empty() ? std::string("-ef") : ps_arguments;
    auto pids = co_await container_pids(core, container);
    auto read_table = [pids, arguments] { return process_table(pids, arguments); };
    auto table = co_await core.pool.run(std::move(read_table));
    publish(core, container->record, "top");
    co_return table;
}

}  // namespace dhow::engine
