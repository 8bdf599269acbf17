// The verbs of Containers that take a line or two.

#include "base/error.hpp"
#include "base/log.hpp"
#include "engine/containers/run.hpp"
#include "engine/containers/storage.hpp"
#include "engine/core.hpp"
#include "engine/validate/validate.hpp"

namespace dhow::engine {

std::string Containers::resolve(const std::string& name) const { return core_.registry.get(name)->id(); }

bool Containers::has_terminal(const std::string& name) const {
    return core_.registry.get(name)->record.config.tty;
}

std::shared_ptr<Attachment> Containers::attach(const std::string& name, AttachRequest request) {
    auto container = core_.registry.get(name);
    const auto& record = container->record;
    switch (record.state.phase) {
        case Phase::paused:
            throw Conflict("container {} is paused, unpause the container before attach", record.id);
        case Phase::restarting:
            throw Conflict("container {} is restarting, wait until the container is running", record.id);
        case Phase::removing:
        case Phase::dead:
            throw Conflict("container {} is being removed", record.id);
        default:
            break;
    }
    auto keys = container->detach_keys;
    if (request.detach_keys)
        keys = parse_detach_keys(*request.detach_keys);
    else if (keys.empty())
        keys = parse_detach_keys(default_detach_keys);
    auto place =
        std::make_shared<AttachPlace>(core_.executor, container, std::move(request), std::move(keys));
    if (record.state.phase == Phase::running && container->shim)
        core_.run_in_background("attaching to container " + record.short_id(),
                                attach_now(place, container->shim));
    else
        container->attachments.push_back(place);
    publish(core_, record, "attach");
    return place;
}

std::shared_ptr<ExitWait> Containers::wait(const std::string& name, WaitCondition condition) {
    auto container = core_.registry.get(name);
    auto place = std::make_shared<WaitPlace>(core_.executor, condition);
    const auto& state = container->record.state;
    bool is_down = !container->alive() && state.phase != Phase::restarting && state.phase != Phase::starting;
    if (condition == WaitCondition::not_running && is_down)
        place->settle({state.exit_code, ""});
    else
        container->waits.push_back(place);
    return place;
}

std::shared_ptr<LogStream> Containers::logs(const std::string& name, LogsQuery query) {
    auto container = core_.registry.get(name);
    const auto& record = container->record;
    if (!query.out && !query.err)
        throw InvalidArgument("Bad parameters: you must choose at least one stream");
    if (record.host_config.log_config.type == "none")
        throw InvalidArgument("configured logging driver does not support reading");
    std::weak_ptr<Live> weak = container;
    auto ended = [weak] {
        auto live = weak.lock();
        if (!live || live->gone) return true;
        auto phase = live->record.state.phase;
        return phase != Phase::running && phase != Phase::paused && phase != Phase::restarting &&
               phase != Phase::starting;
    };
    auto stream =
        open_log(core_.executor, core_.pool, record.log_path, query, record.config.tty, std::move(ended));
    if (query.follow) core_.run_in_background("following a log", wake_at_end(container, stream));
    return stream;
}

Task<void> Containers::rename(std::string name, std::string new_name) {
    Core& core = core_;
    auto container = core.registry.get(name);
    if (new_name.starts_with('/')) new_name.erase(0, 1);
    if (new_name.empty()) throw InvalidArgument("Neither old nor new names may be empty");
    auto turn = co_await container->operation.lock();
    auto old_name = container->record.name;
    if (old_name == new_name)
        throw InvalidArgument("Renaming a container with the same name as its current name");
    with_context("Error when allocating new name", [&] { core.registry.require_free("/" + new_name); });
    core.registry.rename(*container, new_name);
    std::exception_ptr failure;
    try {
        co_await save(core, container, store::Durability::durable);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        core.registry.rename(*container, old_name);
        std::rethrow_exception(failure);
    }
    publish(core, container->record, "rename", {{"oldName", "/" + old_name}});
}

Task<void> Containers::resize(std::string name, unsigned short rows, unsigned short columns) {
    auto container = core_.registry.get(name);
    if (container->record.state.phase == Phase::starting) {
        // It counts for the terminal that is about to be there.
        auto turn = co_await container->operation.lock();
    }
    if (!container->alive() || !container->shim)
        throw Conflict("cannot resize a stopped container: container {} is not running", container->id());
    auto shim = container->shim;
    co_await shim->resize("", rows, columns);
    publish(core_, container->record, "resize",
            {{"height", std::to_string(rows)}, {"width", std::to_string(columns)}});
}

}  // namespace dhow::engine
