#include "build/share/distant_blobs.hpp"

#include <fcntl.h>

#include "image/archive.hpp"
#include "linux/path.hpp"
#include "oci/index.hpp"
#include "store/files.hpp"

namespace dhow::build {

namespace {

constexpr std::int64_t largest_manifest = 4 << 20;
constexpr std::int64_t largest_document = 64 << 20;

Task<std::string> read_checked(std::shared_ptr<DistantBlobs> blobs, oci::Descriptor descriptor,
                               std::int64_t largest, std::shared_ptr<Cancellation> stop) {
    auto digest = descriptor.digest;
    std::string text;
    std::function<void(image::Source&)> use = [&text, largest, digest](image::Source& source) {
        std::vector<std::byte> buffer(256 << 10);
        while (auto count = source.read(buffer)) {
            text.append(reinterpret_cast<const char*>(buffer.data()), count);
            if (static_cast<std::int64_t>(text.size()) > largest)
                throw InvalidArgument("the blob {} is larger than {} bytes", digest.text(), largest);
        }
    };
    co_await blobs->read(descriptor, std::move(use), stop);
    if (store::sha256(text) != digest)
        throw InvalidArgument("the blob {} is another than its name says", digest.text());
    co_return text;
}

}  // namespace

Task<std::string> read_document(std::shared_ptr<DistantBlobs> blobs, oci::Descriptor descriptor,
                                std::shared_ptr<Cancellation> stop) {
    if (descriptor.size > largest_document)
        throw InvalidArgument("the document {} is too large", descriptor.digest.text());
    auto largest = descriptor.size;
    co_return co_await read_checked(std::move(blobs), std::move(descriptor), largest, std::move(stop));
}

Task<std::string> read_manifest(std::shared_ptr<DistantBlobs> blobs, oci::Digest digest,
                                std::shared_ptr<Cancellation> stop) {
    oci::Descriptor descriptor;
    descriptor.digest = std::move(digest);
    co_return co_await read_checked(std::move(blobs), std::move(descriptor), largest_manifest,
                                    std::move(stop));
}

Task<LayerPtr> fetch_layer(Services& services, std::shared_ptr<DistantBlobs> blobs,
                           oci::Descriptor descriptor, std::optional<oci::Digest> diff_id,
                           std::shared_ptr<Cancellation> stop) {
    LayerPtr layer;
    auto packed = diff_id ? image::Packed::drop : image::Packed::keep;
    std::function<void(image::Source&)> use = [&, packed, stop](image::Source& source) {
        auto check = [stop](std::int64_t) { stop->check(); };
        layer = std::make_shared<image::IngestedLayer>(
            image::ingest_layer(services.store, source, packed, check));
    };
    co_await blobs->read(descriptor, std::move(use), stop);
    bool is_it =
        layer && (diff_id ? layer->pin.layer().diff_id == *diff_id : layer->blob == descriptor.digest);
    if (is_it) co_return layer;
    layer.reset();
    co_await sweep_layers(services);
    throw InvalidArgument("the blob {} is another than its name says", descriptor.digest.text());
}

namespace {

class FolderBlobs final : public DistantBlobs {
  public:
    FolderBlobs(Services& services, std::shared_ptr<Context> folder)
        : services_(services), folder_(std::move(folder)) {}

    Task<void> read(oci::Descriptor descriptor, std::function<void(image::Source&)> use,
                    std::shared_ptr<Cancellation>) override {
        auto work = [folder = folder_, digest = descriptor.digest, use] {
            auto file = linux::find_in_root(folder->root(), image::blob_path(digest), O_RDONLY | O_NONBLOCK);
            if (!file) throw NotFound("the folder has no blob {}", digest.text());
            image::FdSource source(std::move(*file));
            use(source);
        };
        co_await services_.pool.run(std::move(work));
    }

  private:
    Services& services_;
    std::shared_ptr<Context> folder_;
};

}  // namespace

std::shared_ptr<DistantBlobs> folder_blobs(Services& services, std::shared_ptr<Context> folder) {
    return std::make_shared<FolderBlobs>(services, std::move(folder));
}

namespace {

oci::Digest read_layout_index(const Context& folder, const std::string& tag) {
    auto file = linux::find_in_root(folder.root(), "index.json", O_RDONLY | O_NONBLOCK);
    if (!file) throw NotFound("the folder is no OCI layout: it has no index.json");
    auto index = oci::Index::parse(store::read_all(file->get(), largest_manifest, "index.json"));
    const oci::Descriptor* found = nullptr;
    for (const auto& entry : index.manifests) {
        auto name = entry.annotations.find("org.opencontainers.image.ref.name");
        bool named = name != entry.annotations.end() && name->second == (tag.empty() ? "latest" : tag);
        if (named || (tag.empty() && index.manifests.size() == 1)) found = &entry;
    }
    if (!found) throw NotFound("the folder's index names no {}", tag.empty() ? "latest" : tag);
    return found->digest;
}

}  // namespace

Task<oci::Digest> find_in_layout(Services& services, std::shared_ptr<Context> folder, std::string tag) {
    auto find = [folder, tag] { return read_layout_index(*folder, tag); };
    co_return co_await services.pool.run(std::move(find));
}

}  // namespace dhow::build
