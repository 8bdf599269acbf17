#include "image/layout_writer.hpp"

#include "base/error.hpp"
#include "image/archive.hpp"
#include "image/layer_content.hpp"

namespace dhow::image {

namespace {

TarEntry entry_at(const std::string& path, std::int64_t size = 0) {
    TarEntry entry;
    entry.path = path;
    entry.mode = 0644;
    entry.size = entry.payload = size;
    return entry;
}

/// Counts and hashes what passes, so that a damaged layer is never given out as a good one.
class CheckedOutput final : public Output {
  public:
    explicit CheckedOutput(tar::TarWriter& archive) : archive_(archive) {}
    void write(Bytes bytes) override {
        hash_.update(bytes);
        size_ += static_cast<std::int64_t>(bytes.size());
        archive_.write(bytes);
    }
    void check(const oci::Digest& digest, std::int64_t size) {
        if (size_ != size || hash_.finish() != digest)
            throw InternalError("layer {} was damaged on disk", digest.text());
    }

  private:
    tar::TarWriter& archive_;
    store::Sha256 hash_;
    std::int64_t size_ = 0;
};

}  // namespace

LayoutWriter::LayoutWriter(store::Store& store, Output& output) : store_(store), archive_(output) {
    for (const auto* path : {"blobs/", "blobs/sha256/"}) {
        auto folder = entry_at(path);
        folder.type = TarEntry::Type::directory;
        folder.mode = 0755;
        archive_.file(folder, "");
    }
}

void LayoutWriter::blob(const oci::Digest& digest, const std::string& content) {
    if (written_.insert(digest).second) file(blob_path(digest), content);
}

void LayoutWriter::layer(const store::Layer& layer, const oci::Descriptor& descriptor) {
    if (!written_.insert(descriptor.digest).second) return;
    archive_.begin(entry_at(blob_path(descriptor.digest), descriptor.size));
    CheckedOutput checked(archive_);
    if (store_.blobs().has(descriptor.digest)) {
        FdSource source(store_.blobs().open(descriptor.digest));
        std::vector<std::byte> buffer(256 << 10);
        while (auto count = source.read(buffer)) checked.write(Bytes(buffer).first(count));
    } else {
        write_layer_tar(store_, layer, checked);
    }
    checked.check(descriptor.digest, descriptor.size);
    archive_.end();
}

void LayoutWriter::file(const std::string& path, const std::string& content) {
    archive_.file(entry_at(path, static_cast<std::int64_t>(content.size())), content);
}

}  // namespace dhow::image
