#include "image/layer/ingest.hpp"

#include <optional>

#include "base/error.hpp"
#include "image/layer/sync.hpp"
#include "image/read_ahead.hpp"

namespace dhow::image {

namespace {

/// Passes bytes on, and counts, hashes and keeps them on the way.
class Meter final : public Source {
  public:
    using Seen = std::function<void(Bytes)>;
    Meter(Source& source, Seen seen) : source_(source), seen_(std::move(seen)) {}

    std::size_t read(std::span<std::byte> buffer) override {
        auto count = source_.read(buffer);
        total_ += static_cast<std::int64_t>(count);
        if (count > 0) seen_(buffer.first(count));
        return count;
    }
    std::int64_t total() const { return total_; }

  private:
    Source& source_;
    Seen seen_;
    std::int64_t total_ = 0;
};

void drain(Source& source) {
    std::vector<std::byte> buffer(64 << 10);
    while (source.read(buffer) > 0) {
    }
}

}  // namespace

ArrivedLayer receive_layer(store::Store& store, Source& source, Packed packed,
                           const std::function<void(std::int64_t)>& progress, const IngestLimits& limits) {
    ArrivedLayer arrived(store);
    PeekSource peek(source);
    arrived.compression_ = detect_compression(peek.peek(6));
    auto& blob = arrived.blob_;
    if (packed == Packed::keep && arrived.compression_ != Compression::none)
        blob.emplace(store.blobs().ingest());

    auto& packed_total = arrived.packed_size_;
    Meter outside(peek, [&](Bytes bytes) {
        if (blob) blob->write(bytes);
        packed_total += static_cast<std::int64_t>(bytes.size());
        if (progress) progress(packed_total);
    });
    auto plain = decompress(outside, arrived.compression_);
    store::Sha256 hash;
    auto& plain_total = arrived.layer_.tar_size;
    Meter inside(*plain, [&](Bytes bytes) {
        hash.update(bytes);
        plain_total += static_cast<std::int64_t>(bytes.size());
        if (plain_total > limits.bomb_size && plain_total / limits.bomb_ratio > packed_total)
            throw InvalidArgument("the archive unpacks to more than {} times its size: refused as a bomb",
                                  limits.bomb_ratio);
    });

    std::optional<RecipeWriter> recipe;
    if (!blob) recipe.emplace(arrived.draft_.recipe());
    {
        ReadAhead ahead(inside);
        TarReader tar(ahead, recipe ? &*recipe : nullptr);
        arrived.unpacked_ = unpack(tar, arrived.draft_.diff(), recipe ? &*recipe : nullptr, limits.unpack);
        drain(ahead);
    }
    drain(outside);
    if (recipe) recipe->finish();
    arrived.layer_.diff_id = hash.finish();
    arrived.layer_.size = arrived.unpacked_.bytes;
    arrived.layer_.has_recipe = recipe.has_value();
    return arrived;
}

IngestedLayer ArrivedLayer::keep() {
    sync_tree(draft_.diff(), unpacked_);
    std::shared_lock gate(store_.blob_gate());
    if (blob_) layer_.blob = blob_->commit();
    oci::Digest as_came = blob_ ? layer_.blob : layer_.diff_id;
    std::int64_t size = blob_ ? packed_size_ : layer_.tar_size;
    return {store_.layers().commit(std::move(draft_), layer_), as_came, size,
            blob_ ? compression_ : Compression::none};
}

IngestedLayer ingest_layer(store::Store& store, Source& source, Packed packed,
                           const std::function<void(std::int64_t)>& progress, const IngestLimits& limits) {
    return receive_layer(store, source, packed, progress, limits).keep();
}

IngestedLayer known_layer(store::Layers::Pin pin) {
    auto digest = pin.layer().diff_id;
    auto size = pin.layer().tar_size;
    return {std::move(pin), digest, size, Compression::none};
}

}  // namespace dhow::image
