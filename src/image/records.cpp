#include "image/records.hpp"

#include "base/error.hpp"
#include "base/units.hpp"

namespace dhow::image {

namespace {

constexpr const char* columns =
    "SELECT id, manifest, manifest_type, manifest_size, parent, created, last_tagged FROM images";

ImageRecord read_row(const store::Rows& rows) {
    return {.id = oci::Digest::parse(rows.text(0)),
            .manifest = oci::Digest::parse(rows.text(1)),
            .manifest_type = rows.text(2),
            .manifest_size = rows.integer(3),
            .parent = rows.is_null(4) ? oci::Digest{} : oci::Digest::parse(rows.text(4)),
            .created = rows.integer(5),
            .last_tagged = rows.integer(6)};
}

std::int64_t nanoseconds_now() { return now().time_since_epoch().count(); }

/// The key of a name in the database: a digest there stands alone, for the tag beside it is only decoration.
std::string name_key(const oci::Reference& reference) {
    if (!reference.digest) return reference.with_default_tag().full();
    return reference.name() + "@" + reference.digest->text();
}

}  // namespace

std::vector<ImageRecord> all_images(store::Transaction& transaction) {
    auto rows = transaction.query(columns);
    std::vector<ImageRecord> records;
    while (rows.next()) records.push_back(read_row(rows));
    return records;
}

std::optional<ImageRecord> find_image(store::Transaction& transaction, const oci::Digest& id) {
    auto rows = transaction.query(std::string(columns) + " WHERE id = ?1", id.text());
    if (!rows.next()) return std::nullopt;
    return read_row(rows);
}

std::optional<oci::Digest> find_name(store::Transaction& transaction, std::string_view name) {
    auto rows = transaction.query("SELECT image FROM names WHERE name = ?1", name);
    if (!rows.next()) return std::nullopt;
    return oci::Digest::parse(rows.text(0));
}

std::optional<oci::Digest> find_prefix(store::Transaction& transaction, std::string_view hex) {
    if (!oci::is_hex(hex)) return std::nullopt;
    // 'g' is the first character behind the hexadecimal digits.
    std::string low = "sha256:" + std::string(hex);
    auto rows = transaction.query("SELECT id FROM images WHERE id >= ?1 AND id < ?2 LIMIT 2", low, low + "g");
    if (!rows.next()) return std::nullopt;
    auto found = oci::Digest::parse(rows.text(0));
    if (rows.next()) return std::nullopt;
    return found;
}

std::optional<oci::Digest> find_reference(store::Transaction& transaction, std::string_view text) {
    std::string_view hex = text;
    if (hex.starts_with("sha256:")) hex.remove_prefix(7);
    bool is_id = hex.size() == 64 && oci::is_hex(hex);
    if (!is_id) {
        // "sha256:ab" is the start of an id before it is a tag of a repository called sha256.
        if (hex.size() != text.size())
            if (auto found = find_prefix(transaction, hex)) return found;
        if (auto found = find_name(transaction, name_key(oci::Reference::parse(text)))) return found;
    }
    return find_prefix(transaction, hex);
}

oci::Digest get_reference(store::Transaction& transaction, std::string_view text) {
    if (auto found = find_reference(transaction, text)) return *found;
    std::string_view hex = text.starts_with("sha256:") ? text.substr(7) : text;
    bool is_id = hex.size() == 64 && oci::is_hex(hex);
    throw NotFound("No such image: {}",
                   is_id ? std::string(text) : oci::Reference::parse(text).with_default_tag().familiar());
}

std::vector<oci::Reference> names_of(store::Transaction& transaction, const oci::Digest& id) {
    auto rows = transaction.query("SELECT name FROM names WHERE image = ?1 ORDER BY name", id.text());
    std::vector<oci::Reference> names;
    while (rows.next()) names.push_back(oci::Reference::parse(rows.text(0)));
    return names;
}

std::vector<std::pair<oci::Reference, oci::Digest>> tags_of(store::Transaction& transaction,
                                                            const oci::Reference& repository) {
    // ';' is the character behind ':'.
    auto rows =
        transaction.query("SELECT name, image FROM names WHERE name >= ?1 AND name < ?2 ORDER BY name",
                          repository.name() + ":", repository.name() + ";");
    std::vector<std::pair<oci::Reference, oci::Digest>> tags;
    while (rows.next())
        tags.emplace_back(oci::Reference::parse(rows.text(0)), oci::Digest::parse(rows.text(1)));
    return tags;
}

std::vector<oci::Digest> children_of(store::Transaction& transaction, const oci::Digest& id) {
    auto rows = transaction.query("SELECT id FROM images WHERE parent = ?1", id.text());
    std::vector<oci::Digest> children;
    while (rows.next()) children.push_back(oci::Digest::parse(rows.text(0)));
    return children;
}

std::vector<LayerRow> layers_of(store::Transaction& transaction, const oci::Digest& id) {
    auto rows = transaction.query(
        "SELECT l.id, l.diff_id, l.size FROM image_layers i JOIN layers l ON l.id = i.layer WHERE i.image = "
        "?1 "
        "ORDER BY i.position",
        id.text());
    std::vector<LayerRow> layers;
    while (rows.next()) layers.push_back({rows.text(0), oci::Digest::parse(rows.text(1)), rows.integer(2)});
    return layers;
}

std::optional<oci::Digest> set_name(store::Transaction& transaction, const oci::Reference& name,
                                    const oci::Digest& image) {
    std::string key = name_key(name);
    auto before = find_name(transaction, key);
    transaction.execute(
        "INSERT INTO names (name, image) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET image = ?2", key,
        image.text());
    transaction.execute("UPDATE images SET last_tagged = ?2 WHERE id = ?1", image.text(), nanoseconds_now());
    return before;
}

namespace {

void add_blob(store::Transaction& transaction, const oci::Digest& image, const oci::Digest& blob) {
    transaction.execute("INSERT INTO image_blobs (image, blob) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                        image.text(), blob.text());
}

void add_blobs(store::Transaction& transaction, const NewImage& image) {
    for (const auto& blob : image.blobs) add_blob(transaction, image.record.id, blob->digest());
}

}  // namespace

void set_manifest(store::Transaction& transaction, const ImageRecord& record) {
    transaction.execute(
        "UPDATE images SET manifest = ?2, manifest_type = ?3, manifest_size = ?4 WHERE id = ?1",
        record.id.text(), record.manifest.text(), record.manifest_type, record.manifest_size);
    add_blob(transaction, record.id, record.manifest);
}

namespace {

void insert_image(store::Transaction& transaction, const NewImage& image) {
    const auto& record = image.record;
    if (auto known = find_image(transaction, record.id)) {
        if (image.replaces_manifest && known->manifest != record.manifest) set_manifest(transaction, record);
        return add_blobs(transaction, image);
    }
    std::optional<std::string> parent;
    if (record.parent) parent = record.parent.text();
    transaction.execute(
        "INSERT INTO images (id, manifest, manifest_type, manifest_size, parent, created, last_tagged, "
        "added) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7)",
        record.id.text(), record.manifest.text(), record.manifest_type, record.manifest_size, parent,
        record.created, nanoseconds_now());
    std::int64_t position = 0;
    for (const auto& layer : image.layers)
        transaction.execute("INSERT INTO image_layers (image, position, layer) VALUES (?1, ?2, ?3)",
                            record.id.text(), position++, layer);
    for (const auto& blob : {record.id, record.manifest}) add_blob(transaction, record.id, blob);
    add_blobs(transaction, image);
}

}  // namespace

void add_unsynced_image(store::Store& store, const NewImage& image) {
    std::shared_lock gate(store.blob_gate());
    store.blobs().put_all({image.config, image.manifest}, store::Durability::relaxed);
    auto transaction = store.database().begin(store::Durability::relaxed);
    if (find_image(transaction, image.record.id)) return;
    insert_image(transaction, image);
    store.unsynced().mark(transaction, image.record.id);
    transaction.commit();
}

void add_images(store::Store& store, const std::vector<NewImage>& images,
                const std::function<void(const oci::Reference&, const oci::Digest&)>& renamed) {
    // Written before the transaction: it keeps all others waiting. The gate keeps them from being removed as
    // unused.
    std::shared_lock gate(store.blob_gate());
    for (const auto& image : images) {
        store.blobs().put_all({image.config, image.manifest});
        for (const auto& blob : image.blobs) blob->commit();
    }
    store.unsynced().sync();
    auto transaction = store.database().begin();
    bool unsynced = false;
    for (const auto& image : images) {
        insert_image(transaction, image);
        // A builder has made the very same one since.
        unsynced = unsynced || store::Unsynced::is_marked(transaction, image.record.id);
        for (const auto& name : image.names)
            if (auto before = set_name(transaction, name, image.record.id);
                before && *before != image.record.id && renamed)
                renamed(name, *before);
    }
    transaction.commit();
    if (unsynced) store.unsynced().sync();
}

}  // namespace dhow::image
