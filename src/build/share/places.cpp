// Where imported caches are: registries, folders, images of this store.

#include "build/remote/sources.hpp"
#include "build/share/imported.hpp"
#include "oci/index.hpp"
#include "registry/client.hpp"

namespace dhow::build {

namespace {

class RegistryBlobs final : public DistantBlobs {
  public:
    RegistryBlobs(Services& services, oci::Reference name, registry::Credentials credentials)
        : services_(services),
          name_(std::move(name)),
          session_(services.remotes.options, name_.domain, std::move(credentials), registry::Purpose::pull) {}

    Task<void> read(oci::Descriptor descriptor, std::function<void(image::Source&)> use,
                    std::shared_ptr<Cancellation> stop) override {
        std::function<void(const registry::Cancellation&)> work =
            [this, &descriptor, &use](const registry::Cancellation& cancelled) {
                registry::Client client(session_, cancelled);
                struct Blob final : image::Source {
                    std::unique_ptr<registry::BlobReader> reader;
                    std::size_t read(std::span<std::byte> buffer) override { return reader->read(buffer); }
                } blob;
                blob.reader = client.blob(name_.path, descriptor);
                use(blob);
            };
        co_await on_own_thread(services_, stop, std::move(work));
    }

    Task<std::string> manifest(std::shared_ptr<Cancellation> stop) {
        std::string text;
        std::function<void(const registry::Cancellation&)> work =
            [this, &text](const registry::Cancellation& cancelled) {
                registry::Client client(session_, cancelled);
                auto document = client.manifest(name_.path, name_.digest ? name_.digest->text() : name_.tag);
                if (oci::media_type::is_index(document.media_type)) {
                    auto index = oci::Index::parse(document.text);
                    const auto* chosen = index.choose(oci::Platform::host());
                    if (!chosen) throw NotFound("{} has no image for this machine", name_.familiar());
                    document = client.manifest(name_.path, chosen->digest.text());
                }
                text = document.text;
            };
        co_await on_own_thread(services_, stop, std::move(work));
        co_return text;
    }

  private:
    Services& services_;
    oci::Reference name_;
    registry::Session session_;
};

/// Of an image that is here: its layers are in the store, and nobody reads them from here.
class LocalBlobs final : public DistantBlobs {
  public:
    explicit LocalBlobs(Services& services) : services_(services) {}
    Task<void> read(oci::Descriptor descriptor, std::function<void(image::Source&)> use,
                    std::shared_ptr<Cancellation>) override {
        auto work = [this, descriptor, use] {
            image::FdSource source(services_.store.blobs().open(descriptor.digest));
            use(source);
        };
        co_await services_.pool.run(std::move(work));
    }

  private:
    Services& services_;
};

}  // namespace

Task<std::shared_ptr<ImportedCache>> open_registry_cache(Services& services, std::string name,
                                                         registry::Credentials credentials,
                                                         std::shared_ptr<Cancellation> stop) {
    auto find = [&services, name] {
        auto image = services.images.find(name);
        return image ? services.store.blobs().read(image->manifest) : std::string();
    };
    auto here = co_await services.pool.run(std::move(find));
    if (!here.empty()) {
        std::exception_ptr failure;
        try {
            auto local = std::make_shared<LocalBlobs>(services);
            co_return co_await open_cache(services, std::move(local), std::move(here), stop);
        } catch (const Error&) {
            failure = std::current_exception();
        }
        // The registry may have another image of that name.
    }
    auto reference = oci::Reference::parse(name).with_default_tag();
    auto blobs = std::make_shared<RegistryBlobs>(services, std::move(reference), std::move(credentials));
    auto manifest = co_await blobs->manifest(stop);
    co_return co_await open_cache(services, std::move(blobs), std::move(manifest), stop);
}

Task<std::shared_ptr<ImportedCache>> open_folder_cache(Services& services, std::shared_ptr<Context> folder,
                                                       std::string tag, std::shared_ptr<Cancellation> stop) {
    auto digest = co_await find_in_layout(services, folder, std::move(tag));
    auto blobs = folder_blobs(services, std::move(folder));
    auto manifest = co_await read_manifest(blobs, digest, stop);
    co_return co_await open_cache(services, std::move(blobs), std::move(manifest), stop);
}

}  // namespace dhow::build
