#include "image/pack.hpp"

#include <zlib.h>

#include "base/error.hpp"
#include "image/layer_content.hpp"

namespace dhow::image {

namespace {

/// Packs what is written into a blob.
class GzipOutput final : public Output {
  public:
    GzipOutput(store::Blobs::Ingest& blob, const std::function<void(std::int64_t)>& progress)
        : blob_(blob), progress_(progress), buffer_(256 << 10) {
        constexpr int gzip_window = 15 + 16;
        constexpr int level = 4;  // 2.5 times as fast as the usual 6, and 4 % larger
        if (deflateInit2(&stream_, level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    ~GzipOutput() override { deflateEnd(&stream_); }
    GzipOutput(const GzipOutput&) = delete;
    GzipOutput& operator=(const GzipOutput&) = delete;

    void write(Bytes bytes) override {
        hash_.update(bytes);
        plain_ += static_cast<std::int64_t>(bytes.size());
        if (progress_) progress_(plain_);
        deflate_all(bytes, Z_NO_FLUSH);
    }
    /// @return the digest of the plain bytes
    oci::Digest finish() {
        deflate_all({}, Z_FINISH);
        return hash_.finish();
    }

  private:
    void deflate_all(Bytes bytes, int flush) {
        stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
        stream_.avail_in = static_cast<uInt>(bytes.size());
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
            stream_.avail_out = static_cast<uInt>(buffer_.size());
            if (deflate(&stream_, flush) == Z_STREAM_ERROR) throw InternalError("zlib refuses to pack");
            blob_.write(Bytes(buffer_).first(buffer_.size() - stream_.avail_out));
        } while (stream_.avail_out == 0);
    }

    store::Blobs::Ingest& blob_;
    const std::function<void(std::int64_t)>& progress_;
    std::vector<std::byte> buffer_;
    z_stream stream_{};
    store::Sha256 hash_;
    std::int64_t plain_ = 0;
};

}  // namespace

oci::Digest pack_layer(store::Store& store, const store::Layer& layer,
                       const std::function<void(std::int64_t)>& progress) {
    if (layer.blob && store.blobs().has(layer.blob)) return layer.blob;
    auto blob = store.blobs().ingest();
    GzipOutput output(blob, progress);
    write_layer_tar(store, layer, output);
    if (output.finish() != layer.diff_id)
        throw InternalError("layer {} was damaged on disk", layer.diff_id.text());
    std::shared_lock gate(store.blob_gate());
    auto digest = blob.commit();
    auto transaction = store.database().begin();
    transaction.execute("UPDATE layers SET blob = ?2 WHERE id = ?1", layer.id, digest.text());
    transaction.commit();
    return digest;
}

}  // namespace dhow::image
