#include "store/layers.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/unique_fd.hpp"
#include "store/files.hpp"

namespace dhow::store {

namespace {

constexpr const char* columns = "SELECT id, diff_id, size, tar_size, blob, has_recipe FROM layers ";

Layer read_row(const Rows& rows) {
    return {.id = rows.text(0),
            .diff_id = oci::Digest::parse(rows.text(1)),
            .size = rows.integer(2),
            .tar_size = rows.integer(3),
            .blob = rows.is_null(4) ? oci::Digest{} : oci::Digest::parse(rows.text(4)),
            .has_recipe = rows.integer(5) != 0};
}

std::optional<Layer> find_row(Transaction& transaction, const oci::Digest& diff_id) {
    auto rows = transaction.query(std::string(columns) + "WHERE diff_id = ?1", diff_id.text());
    if (!rows.next()) return std::nullopt;
    return read_row(rows);
}

/// Asks ext4 to lay each directory in `path` out on its own (ext4(5), "T" of chattr(1)). Else a layer's files
/// all go where their neighbours are, into a part of the disk that is full long since, and each creation
/// searches for a free inode: unpacking takes 3 to 5 times as long. Elsewhere nothing happens.
void spread_directories(const std::filesystem::path& path) {
    UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    unsigned flags = 0;
    if (!folder || ::ioctl(folder.get(), FS_IOC_GETFLAGS, &flags) != 0) return;
    flags |= FS_TOPDIR_FL;
    ::ioctl(folder.get(), FS_IOC_SETFLAGS, &flags);
}

}  // namespace

Layers::Layers(Database& database, Unsynced& unsynced, Trash& trash, std::filesystem::path root)
    : database_(database), unsynced_(unsynced), trash_(trash), root_(std::move(root)) {
    make_private_directory(root_);
    spread_directories(root_);
}

Layers::Pin Layers::pin(Layer layer) {
    std::lock_guard lock(mutex_);
    ++pins_[layer.id];
    return Pin(*this, std::move(layer));
}

Layers::Pin::~Pin() {
    if (!layers_) return;
    std::lock_guard lock(layers_->mutex_);
    auto place = layers_->pins_.find(layer_.id);
    if (--place->second == 0) layers_->pins_.erase(place);
}

Layers::Draft::Draft(Draft&& other) noexcept
    : layers_(std::exchange(other.layers_, nullptr)), id_(std::move(other.id_)) {}

Layers::Draft::~Draft() {
    if (!layers_) return;
    try {
        layers_->trash_.take(layers_->root_ / id_);
    } catch (const Error&) {
        // No row knows the directory, so the next start removes it.
    }
}

std::filesystem::path Layers::Draft::diff() const { return layers_->diff(id_); }
std::filesystem::path Layers::Draft::recipe() const { return layers_->recipe(id_); }

Layers::Draft Layers::draft() {
    Draft draft(*this, random_hex(16));
    make_private_directory(root_ / draft.id());
    make_private_directory(draft.diff(), 0755);
    return draft;
}

Layers::Pin Layers::commit(Draft draft, Layer layer, Durability tree) {
    layer.id = draft.id();
    if (tree == Durability::durable)
        sync_directory(root_);
    else
        unsynced_.note();
    auto transaction = database_.begin(Durability::relaxed);
    if (auto other = find_row(transaction, layer.diff_id)) return pin(std::move(*other));
    std::optional<std::string> blob;
    if (layer.blob) blob = layer.blob.text();
    transaction.execute(
        "INSERT INTO layers (id, diff_id, size, tar_size, blob, has_recipe) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        layer.id, layer.diff_id.text(), layer.size, layer.tar_size, blob, layer.has_recipe);
    // Pinned before others can see the row, or a collection could come between.
    Pin result = pin(std::move(layer));
    transaction.commit();
    draft.layers_ = nullptr;
    return result;
}

std::optional<Layers::Pin> Layers::find(const oci::Digest& diff_id) {
    auto transaction = database_.begin(Durability::relaxed);
    auto layer = find_row(transaction, diff_id);
    if (!layer) return std::nullopt;
    return pin(std::move(*layer));
}

Layer Layers::get(std::string_view id) const {
    auto transaction = database_.begin(Durability::relaxed);
    auto rows = transaction.query(std::string(columns) + "WHERE id = ?1", id);
    if (!rows.next()) throw NotFound("layer {} does not exist", id);
    return read_row(rows);
}

std::vector<Layer> Layers::collect() {
    std::vector<Layer> unused;
    {
        auto transaction = database_.begin();
        {
            auto rows = transaction.query(std::string(columns) +
                                          "WHERE id NOT IN (SELECT layer FROM image_layers) AND id NOT IN "
                                          "(SELECT layer FROM snapshot_layers)");
            std::lock_guard lock(mutex_);
            while (rows.next())
                if (Layer layer = read_row(rows); !pins_.contains(layer.id))
                    unused.push_back(std::move(layer));
        }
        for (const auto& layer : unused) transaction.execute("DELETE FROM layers WHERE id = ?1", layer.id);
        if (!unused.empty()) transaction.commit();
    }
    for (const auto& layer : unused) trash_.take(root_ / layer.id);
    return unused;
}

void Layers::reconcile() {
    auto transaction = database_.begin();
    for (const auto& entry : std::filesystem::directory_iterator(root_)) {
        auto rows = transaction.query("SELECT 1 FROM layers WHERE id = ?1", entry.path().filename().string());
        if (!rows.next()) trash_.take(entry.path());
    }
}

}  // namespace dhow::store
