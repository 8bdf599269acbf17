#include "image/layer_content.hpp"

#include <unistd.h>

#include "base/error.hpp"
#include "image/layer/decompress.hpp"
#include "image/layer/diff.hpp"
#include "image/layer/recipe.hpp"
#include "image/produced_source.hpp"

namespace dhow::image {

namespace {

using Reader = std::function<std::size_t(std::span<char>)>;

Reader read_file(std::shared_ptr<UniqueFd> file, std::int64_t offset) {
    return [file, offset](std::span<char> buffer) mutable {
        auto count = check(::pread(file->get(), buffer.data(), buffer.size(), offset), "read a layer's blob");
        offset += count;
        return static_cast<std::size_t>(count);
    };
}

Reader read_plain(store::Store& store, const store::Layer& layer, std::int64_t offset) {
    auto write = [&store, layer](Output& output) { write_layer_tar(store, layer, output); };
    auto tar = std::make_shared<ProducedSource>(std::move(write));
    std::vector<std::byte> skipped(64 << 10);
    while (offset > 0) {
        auto most = std::min<std::int64_t>(offset, static_cast<std::int64_t>(skipped.size()));
        auto count = tar->read(std::span(skipped).first(static_cast<std::size_t>(most)));
        if (count == 0) break;
        offset -= static_cast<std::int64_t>(count);
    }
    return [tar](std::span<char> buffer) { return tar->read(std::as_writable_bytes(buffer)); };
}

}  // namespace

void write_layer_tar(store::Store& store, const store::Layer& layer, Output& output) {
    if (layer.has_recipe)
        return replay_recipe(store.layers().recipe(layer.id), store.layers().diff(layer.id), output);
    // A layer that was made here: its tree is laid out as its tar always is.
    if (!layer.blob || !store.blobs().has(layer.blob)) {
        write_diff(store.layers().diff(layer.id), output);
        return;
    }
    FdSource packed(store.blobs().open(layer.blob));
    PeekSource peek(packed);
    auto compression = detect_compression(peek.peek(6));
    auto plain = decompress(peek, compression);
    std::vector<std::byte> buffer(256 << 10);
    while (auto count = plain->read(buffer)) output.write(Bytes(buffer).first(count));
}

registry::BlobSource layer_content(store::Store& store, const store::Layer& layer,
                                   const oci::Descriptor& descriptor) {
    registry::BlobSource source{descriptor.digest, descriptor.size, {}};
    if (store.blobs().has(descriptor.digest)) {
        auto file = std::make_shared<UniqueFd>(store.blobs().open(descriptor.digest));
        source.open = [file](std::int64_t offset) { return read_file(file, offset); };
    } else if (layer.diff_id == descriptor.digest) {
        source.open = [&store, layer](std::int64_t offset) { return read_plain(store, layer, offset); };
    } else {
        throw NotFound("layer {} is not in the store in the form its manifest names",
                       descriptor.digest.text());
    }
    return source;
}

}  // namespace dhow::image
