#pragma once
// What tests put into a store.

#include <fstream>
#include <string>
#include <string_view>

#include "store/store.hpp"

namespace dhow::store {

inline void write_file(const std::filesystem::path& path, std::string_view content) {
    std::ofstream(path) << content;
}

/// Makes a layer of one file. Its diff id is the file's digest: the store does not look inside.
inline Layers::Pin make_layer(Store& store, const std::string& content,
                              Durability tree = Durability::durable) {
    auto draft = store.layers().draft();
    write_file(draft.diff() / "file", content);
    Layer layer;
    layer.diff_id = sha256(content);
    layer.size = static_cast<std::int64_t>(content.size());
    return store.layers().commit(std::move(draft), layer, tree);
}

inline void add_image(Transaction& transaction, const std::string& image, const std::string& manifest,
                      const std::string& layer) {
    transaction.execute(
        "INSERT INTO images (id, manifest, manifest_type, manifest_size, created, last_tagged, added) VALUES "
        "(?1, ?2, 't', 1, 0, 0, 0)",
        image, manifest);
    transaction.execute("INSERT INTO image_layers VALUES (?1, 0, ?2)", image, layer);
}

}  // namespace dhow::store
