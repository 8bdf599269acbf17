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

IngestedLayer ingest_layer(store::Store& store, Source& source, Packed packed,
                           const std::function<void(std::int64_t)>& progress, const IngestLimits& limits) {
    PeekSource peek(source);
    Compression compression = detect_compression(peek.peek(6));
    std::optional<store::Blobs::Ingest> blob;
    if (packed == Packed::keep && compression != Compression::none) blob.emplace(store.blobs().ingest());

    std::int64_t packed_total = 0;
    Meter outside(peek, [&](Bytes bytes) {
        if (blob) blob->write(bytes);
        packed_total += static_cast<std::int64_t>(bytes.size());
        if (progress) progress(packed_total);
    });
    auto plain = decompress(outside, compression);
    store::Sha256 hash;
    std::int64_t plain_total = 0;
    Meter inside(*plain, [&](Bytes bytes) {
        hash.update(bytes);
        plain_total += static_cast<std::int64_t>(bytes.size());
        if (plain_total > limits.bomb_size && plain_total / limits.bomb_ratio > packed_total)
            throw InvalidArgument("the archive unpacks to more than {} times its size: refused as a bomb",
                                  limits.bomb_ratio);
    });

    auto draft = store.layers().draft();
    std::optional<RecipeWriter> recipe;
    if (!blob) recipe.emplace(draft.recipe());
    Unpacked unpacked;
    {
        ReadAhead ahead(inside);
        TarReader tar(ahead, recipe ? &*recipe : nullptr);
        unpacked = unpack(tar, draft.diff(), recipe ? &*recipe : nullptr, limits.unpack);
        drain(ahead);
    }
    drain(outside);
    if (recipe) recipe->finish();
    sync_tree(draft.diff(), unpacked);

    store::Layer layer;
    layer.diff_id = hash.finish();
    layer.size = unpacked.bytes;
    layer.tar_size = plain_total;
    layer.has_recipe = recipe.has_value();
    std::shared_lock gate(store.blob_gate());
    if (blob) layer.blob = blob->commit();
    oci::Digest as_came = blob ? layer.blob : layer.diff_id;
    std::int64_t size = blob ? packed_total : plain_total;
    return {store.layers().commit(std::move(draft), layer), as_came, size,
            blob ? compression : Compression::none};
}

IngestedLayer known_layer(store::Layers::Pin pin) {
    auto digest = pin.layer().diff_id;
    auto size = pin.layer().tar_size;
    return {std::move(pin), digest, size, Compression::none};
}

}  // namespace dhow::image
