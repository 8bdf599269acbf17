// POST /containers/{id}/update: limits of a container, running or not, and its restart policy.

#include "base/error.hpp"
#include "engine/containers/restart_policy.hpp"
#include "engine/containers/run.hpp"
#include "engine/containers/spec.hpp"
#include "engine/containers/storage.hpp"
#include "engine/core.hpp"
#include "engine/validate/validate.hpp"

namespace dhow::engine {

namespace {

template <typename T>
void take(T& own, const T& wanted) {
    if (wanted != T{}) own = wanted;
}

/// The limits of `wanted` over those of `own`, as docker merges them.
void merge(Resources& own, const Resources& wanted) {
    take(own.cpu_shares, wanted.cpu_shares);
    take(own.blkio_weight, wanted.blkio_weight);
    if (wanted.nano_cpus != 0) {
        if (own.cpu_quota != 0 || own.cpu_period != 0)
            throw Conflict(
                "Conflicting options: Nano CPUs cannot be updated as CPU Period or CPU Quota has already "
                "been set");
        own.nano_cpus = wanted.nano_cpus;
    }
    if ((wanted.cpu_period != 0 || wanted.cpu_quota != 0) && own.nano_cpus != 0)
        throw Conflict(
            "Conflicting options: CPU Period or Quota cannot be updated as NanoCPUs has already been set");
    take(own.cpu_period, wanted.cpu_period);
    take(own.cpu_quota, wanted.cpu_quota);
    take(own.cpu_realtime_period, wanted.cpu_realtime_period);
    take(own.cpu_realtime_runtime, wanted.cpu_realtime_runtime);
    take(own.cpuset_cpus, wanted.cpuset_cpus);
    take(own.cpuset_mems, wanted.cpuset_mems);
    if (wanted.memory != 0) {
        if (wanted.memory_swap == 0 && own.memory_swap > 0 && wanted.memory > own.memory_swap)
            throw InvalidArgument(
                "Memory limit should be smaller than already set memoryswap limit, update the "
                "memoryswap at the same time");
        own.memory = wanted.memory;
    }
    take(own.memory_swap, wanted.memory_swap);
    take(own.memory_reservation, wanted.memory_reservation);
    take(own.memory_swappiness, wanted.memory_swappiness);
    take(own.pids_limit, wanted.pids_limit);
}

void refuse_the_unchangeable(const Resources& wanted) {
    if (!wanted.devices.empty() || !wanted.device_cgroup_rules.empty() || !wanted.ulimits.empty() ||
        !wanted.cgroup_parent.empty() || !wanted.blkio_weight_device.empty() ||
        !wanted.blkio_device_read_bps.empty() || !wanted.blkio_device_write_bps.empty() ||
        !wanted.blkio_device_read_iops.empty() || !wanted.blkio_device_write_iops.empty())
        throw InvalidArgument(
            "devices, ulimits, block I/O devices and the cgroup parent of a container cannot be "
            "updated");
}

}  // namespace

Task<std::vector<std::string>> Containers::update(std::string name, UpdateRequest request) {
    Core& core = core_;
    auto container = core.registry.get(name);
    refuse_the_unchangeable(request.resources);
    if (request.restart_policy) validate_restart_policy(*request.restart_policy);
    auto turn = co_await container->operation.lock();
    if (container->record.state.phase == Phase::removing || container->record.state.phase == Phase::dead)
        throw Conflict(
            "Cannot update container {}: Container is marked for removal and cannot be \"update\".",
            container->id());
    auto host_config = container->record.host_config;
    merge(host_config, request.resources);
    if (request.restart_policy && !request.restart_policy->name.empty()) {
        if (host_config.auto_remove && request.restart_policy->name != "no")
            throw InvalidArgument(
                "Restart policy cannot be updated because AutoRemove is enabled for the container");
        host_config.restart_policy = *request.restart_policy;
    }
    auto warnings = validate_resources(host_config, core.host);
    if (container->alive() && container->shim) {
        bundle::Spec limits;
        limits.id = container->id();
        limits.args = {container->record.path};
        limits.root = "/";
        limits.resources = make_resources(host_config);
        auto read_config = [limits] { return bundle::build(limits); };
        auto config = co_await core.pool.run(std::move(read_config));
        auto resources = config.linux.resources;
        auto shim = container->shim;
        if (resources) co_await shim->update(std::move(*resources));
    }
    container->record.host_config = std::move(host_config);
    co_await save(core, container, store::Durability::durable);
    publish(core, container->record, "update");
    co_return warnings;
}

}  // namespace dhow::engine
