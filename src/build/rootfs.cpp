#include "build/rootfs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "build/cache.hpp"
#include "build/files/tree.hpp"
#include "image/assemble.hpp"
#include "image/layer/diff.hpp"
#include "linux/mount.hpp"
#include "linux/path.hpp"
#include "oci/image_config_json.hpp"
#include "oci/manifest.hpp"

namespace dhow::build {

namespace {

/// Of the tar that holds nothing: 1024 zero bytes.
constexpr std::string_view empty_tar =
    "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

class Measure final : public image::Output {
  public:
    void write(image::Bytes bytes) override {
        hash_.update(bytes);
        size_ += static_cast<std::int64_t>(bytes.size());
    }
    std::int64_t size() const { return size_; }
    oci::Digest digest() { return hash_.finish(); }

  private:
    store::Sha256 hash_;
    std::int64_t size_ = 0;
};

image::Compression compression_of(std::string_view media_type) {
    if (media_type == oci::media_type::layer_zstd) return image::Compression::zstd;
    if (media_type == oci::media_type::layer) return image::Compression::none;
    return image::Compression::gzip;
}

void limit_time(const std::filesystem::path& path, std::int64_t epoch) {
    struct stat status;
    check(::lstat(path.c_str(), &status), "stat {}", path.string());
    if (status.st_mtim.tv_sec < epoch || (status.st_mtim.tv_sec == epoch && status.st_mtim.tv_nsec == 0))
        return;
    timespec times[2] = {{epoch, 0}, {epoch, 0}};
    check(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), "set the time of {}",
          path.string());
}

void limit_times(const std::filesystem::path& layer, std::int64_t epoch) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(layer))
        limit_time(entry.path(), epoch);
    limit_time(layer, epoch);
}

UniqueFd mount_overlay(const std::vector<std::filesystem::path>& lower, const std::filesystem::path& upper,
                       const std::filesystem::path& work) {
    linux::Overlay overlay;
    for (const auto& path : lower) overlay.lower.push_back(path);
    overlay.upper = upper;
    overlay.work = work;
    return UniqueFd(linux::new_overlay(overlay));
}

}  // namespace

LayerStack layers_of(store::Store& store, const image::Image& image) {
    oci::Manifest manifest;
    if (store.blobs().has(image.manifest))
        manifest = oci::Manifest::parse(store.blobs().read(image.manifest));
    LayerStack stack;
    const auto& wanted = image.config->rootfs.diff_ids;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        auto pin = store.layers().find(wanted[i]);
        if (!pin)
            throw NotFound("layer {} of image {} was removed meanwhile", wanted[i].text(), image.id.text());
        auto layer = std::make_shared<image::IngestedLayer>(image::known_layer(std::move(*pin)));
        if (i < manifest.layers.size() && manifest.layers.size() == wanted.size()) {
            // As it came, so that the new image can be pushed with the very same blobs.
            layer->blob = manifest.layers[i].digest;
            layer->blob_size = manifest.layers[i].size;
            layer->compression = compression_of(manifest.layers[i].media_type);
        }
        stack.push_back(std::move(layer));
    }
    return stack;
}

Task<void> sweep_layers(Services& services) {
    auto collect = [&services] { services.store.collect(); };
    co_await services.pool.run(std::move(collect));
}

std::string chain_of(const LayerStack& layers) {
    Key key("chain");
    for (const auto& layer : layers) key.add(layer->pin.layer().diff_id.text());
    return key.finish();
}

Workspace::Workspace(store::Store& store, std::string id, const LayerStack& below)
    : store_(store), id_(std::move(id)) {
    std::vector<std::string> layers;
    for (auto layer = below.rbegin(); layer != below.rend(); ++layer)
        layers.push_back((*layer)->pin.layer().id);
    snapshot_ = store_.snapshots().prepare(id_, layers);
    lower_ = snapshot_.lowerdirs;
    // overlayfs wants something below, also in an image of nothing.
    if (lower_.empty()) lower_.push_back(snapshot_.merged);
}

Workspace::~Workspace() {
    try {
        store_.snapshots().remove(id_);
    } catch (const Error&) {
        // No container has this id, so the next start removes it.
    }
}

UniqueFd Workspace::mount() const { return mount_overlay(lower_, snapshot_.upperdir, snapshot_.workdir); }

void Workspace::add_mount_points(const std::vector<std::string>& paths) {
    auto home = snapshot_.upperdir.parent_path();
    auto points = home / "points", work = home / "points-work";
    struct stat root;
    check(::stat(snapshot_.upperdir.c_str(), &root), "stat {}", snapshot_.upperdir.string());
    check(::mkdir(points.c_str(), 0700), "mkdir {}", points.string());
    check(::mkdir(work.c_str(), 0700), "mkdir {}", work.string());
    check(::chown(points.c_str(), root.st_uid, root.st_gid), "chown {}", points.string());
    check(::chmod(points.c_str(), root.st_mode & 07777), "chmod {}", points.string());
    {
        auto mounted = mount_overlay(lower_, points, work);
        auto top = linux::open_in_root(mounted.get(), ".", O_RDONLY | O_DIRECTORY);
        for (const auto& path : paths) {
            if (path.ends_with('/'))
                linux::make_directories_in_root(top.get(), path);
            else
                linux::make_file_in_root(top.get(), path);
        }
    }
    lower_.insert(lower_.begin(), points);
}

LayerPtr Workspace::seal(std::optional<std::int64_t> epoch) {
    if (epoch) limit_times(snapshot_.upperdir, *epoch);
    auto draft = store_.layers().draft();
    check(::rename(snapshot_.upperdir.c_str(), draft.diff().c_str()), "keep {} as a layer",
          snapshot_.upperdir.string());
    Measure measure;
    store::Layer layer;
    layer.size = image::write_diff(draft.diff(), measure);
    layer.diff_id = measure.digest();
    if (layer.diff_id.text() == empty_tar) return nullptr;
    layer.tar_size = measure.size();
    return std::make_shared<image::IngestedLayer>(image::known_layer(
        store_.layers().commit(std::move(draft), std::move(layer), store::Durability::relaxed)));
}

UniqueFd mount_read_only(store::Store& store, const LayerStack& layers) {
    std::vector<std::filesystem::path> lower;
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer)
        lower.push_back(store.layers().diff((*layer)->pin.layer().id));
    if (lower.empty()) throw InvalidArgument("the stage has no files: nothing can be copied from it");
    if (lower.size() == 1) {
        // An overlay without a writable directory needs two. The builder made this one.
        lower.push_back(store.data_root() / "build" / "empty");
    }
    return mount_overlay(lower, "", "");
}

std::string config_text(oci::ImageConfig config) {
    config.history.clear();
    config.created.clear();
    return json::write(config);
}

oci::Digest make_image(store::Store& store, const oci::ImageConfig& config, const LayerStack& layers,
                       const oci::Digest& parent) {
    image::LayerList list;
    for (const auto& layer : layers) list.push_back(layer.get());
    auto image = image::assemble_image(json::write(config), list);
    image.record.parent = parent;
    image::add_unsynced_image(store, image);
    return image.record.id;
}

}  // namespace dhow::build
