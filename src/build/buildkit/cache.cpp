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
    record.set_record_type(kind_name(from.kind));
    if (!from.parent.empty()) record.add_parents(from.parent);
    auto time = from.created.time_since_epoch();
    for (auto* stamp : {record.mutable_created_at(), record.mutable_last_used_at()}) {
        stamp->set_seconds(std::chrono::duration_cast<std::chrono::seconds>(time).count());
        stamp->set_nanos(static_cast<std::int32_t>((time % std::chrono::seconds(1)).count()));
    }
    record.set_usage_count(1);
    return record;
}

}  // namespace

void Control::add_cache_methods() {
    service_.add_unary<protocol::DiskUsageRequest>(
        control + "DiskUsage",
        [this](protocol::DiskUsageRequest request, CallPtr) -> Task<protocol::DiskUsageResponse> {
            auto filter = CacheFilter::parse({request.filter().begin(), request.filter().end()});
            auto records = co_await builder_.cache_records();
            protocol::DiskUsageResponse response;
            for (const auto& record : records)
                if (filter.fits(record)) *response.add_record() = to_message(record);
            co_return response;
        });
    service_.add_stream<protocol::PruneRequest>(
        control + "Prune",
        [this](protocol::PruneRequest request, CallPtr call) { return prune(std::move(request), call); });
}

Task<void> Control::prune(protocol::PruneRequest request, CallPtr call) {
    PruneOrder order;
    order.filter = CacheFilter::parse({request.filter().begin(), request.filter().end()});
    order.all = request.all();
    order.duration = std::chrono::nanoseconds(request.keep_duration());
    order.reserved = request.reserved_space();
    order.max_used = request.max_used_space();
    order.min_free = request.min_free_space();
    std::function<Task<void>(std::string)> remove = [this](std::string id) {
        return backend_.remove_image(std::move(id));
    };
    auto gone = co_await builder_.prune(std::move(order), std::move(remove));
    for (const auto& record : gone) {
        auto message = to_message(record);
        co_await rpc::write_message(call, message);
    }
}

}  // namespace dhow::build::buildkit
