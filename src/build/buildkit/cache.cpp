// What builds keep: `docker buildx du` and `docker buildx prune`.

#include "build/buildkit/control.hpp"
#include "build/usage.hpp"

namespace dhow::build::buildkit {

namespace {

const std::string control = "/moby.buildkit.v1.Control/";

protocol::UsageRecord to_message(const CacheRecord& from) {
    protocol::UsageRecord record;
    record.set_id(from.id);
    record.set_size(from.size);
    record.set_in_use(from.in_use);
    record.set_shared(from.shared);
    record.set_mutable_(from.kind != CacheRecord::Kind::step);
    record.set_description(from.description);
    record.set_record_type(from.kind == CacheRecord::Kind::mount     ? "exec.cachemount"
                           : from.kind == CacheRecord::Kind::context ? "source.local"
                                                                     : "regular");
    if (!from.parent.empty()) record.add_parents(from.parent);
    auto time = from.created.time_since_epoch();
    for (auto* stamp : {record.mutable_created_at(), record.mutable_last_used_at()}) {
        stamp->set_seconds(std::chrono::duration_cast<std::chrono::seconds>(time).count());
        stamp->set_nanos(static_cast<std::int32_t>((time % std::chrono::seconds(1)).count()));
    }
    record.set_usage_count(1);
    return record;
}

template <typename Filters>
void refuse_filters(const Filters& filters) {
    // A client that has none to give sends an empty one.
    for (const auto& filter : filters)
        if (!filter.empty())
            throw NotImplemented("the filter {} is not available for the build cache in this release of dhow",
                                 filter);
}

}  // namespace

Task<std::vector<CacheRecord>> Control::cache_records() {
    auto& mounts = builder_.cache_mounts();
    std::set<std::string> used;
    std::error_code absent;
    for (const auto& entry : std::filesystem::directory_iterator(mounts.root(), absent))
        if (auto name = entry.path().filename().string(); mounts.is_used(name)) used.insert(name);
    auto list = [this, root = mounts.root(), used, contexts = contexts_.list()] {
        return list_cache(services_, root, used, contexts);
    };
    co_return co_await services_.pool.run(std::move(list));
}

void Control::add_cache_methods() {
    service_.add_unary<protocol::DiskUsageRequest>(
        control + "DiskUsage",
        [this](protocol::DiskUsageRequest request, CallPtr) -> Task<protocol::DiskUsageResponse> {
            refuse_filters(request.filter());
            auto records = co_await cache_records();
            protocol::DiskUsageResponse response;
            for (const auto& record : records) *response.add_record() = to_message(record);
            co_return response;
        });
    service_.add_stream<protocol::PruneRequest>(
        control + "Prune",
        [this](protocol::PruneRequest request, CallPtr call) { return prune(std::move(request), call); });
}

Task<void> Control::prune(protocol::PruneRequest request, CallPtr call) {
    refuse_filters(request.filter());
    auto records = co_await cache_records();
    KeepRule rule{request.keep_bytes(), std::chrono::nanoseconds(request.keep_duration())};
    auto forget = [this, records, rule] { return forget_cache(services_, records, rule); };
    auto gone = co_await services_.pool.run(std::move(forget));
    for (const auto& record : gone) {
        auto message = to_message(record);
        co_await rpc::write_message(call, message);
    }
}

}  // namespace dhow::build::buildkit
