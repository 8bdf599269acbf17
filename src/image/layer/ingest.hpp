#pragma once
// A layer's tar on its way into the store: read once, and on that way hashed, unpacked, and kept.

#include <cstdint>
#include <functional>
#include <optional>

#include "image/layer/decompress.hpp"
#include "image/layer/unpack.hpp"
#include "store/store.hpp"

namespace dhow::image {

struct IngestedLayer {
    store::Layers::Pin pin;  ///< keeps the layer until an image's row does
    oci::Digest blob;        ///< of the bytes as they came: the diff id for a plain tar
    std::int64_t blob_size = 0;
    Compression compression = Compression::none;
};

/// What becomes of the packed bytes.
enum class Packed {
    keep,  ///< as a blob, so that the image can be pushed as it came
    drop,  ///< a recipe of the plain tar is enough
};

/// Bounds of one layer; see UnpackLimits too.
struct IngestLimits {
    UnpackLimits unpack;
    /// A stream that unpacks to more than `bomb_size` bytes and to more than `bomb_ratio` times its own size
    /// is refused. Zeros in gzip make 1030; real layers 2 to 10.
    std::int64_t bomb_size = std::int64_t{8} << 30;
    std::int64_t bomb_ratio = 200;
};

/// A layer that was read whole, but is not on the disk yet. Vanishes unless it is kept.
class ArrivedLayer {
  public:
    /// Waits for the disk, and makes it a layer. To be called once.
    IngestedLayer keep();

  private:
    friend ArrivedLayer receive_layer(store::Store&, Source&, Packed,
                                      const std::function<void(std::int64_t)>&, const IngestLimits&);
    explicit ArrivedLayer(store::Store& store) : store_(store), draft_(store.layers().draft()) {}

    store::Store& store_;
    store::Layers::Draft draft_;
    std::optional<store::Blobs::Ingest> blob_;
    store::Layer layer_;
    Unpacked unpacked_;
    std::int64_t packed_size_ = 0;
    Compression compression_ = Compression::none;
};

/// Reads `source` to its end. `progress` gets the count of bytes read from it so far; it may throw to stop,
/// and is called on another thread. Nothing is left when this throws.
/// @throws InvalidArgument for what is damaged or hostile
ArrivedLayer receive_layer(store::Store& store, Source& source, Packed packed,
                           const std::function<void(std::int64_t)>& progress = {},
                           const IngestLimits& limits = {});

/// receive_layer, and keeps what came.
IngestedLayer ingest_layer(store::Store& store, Source& source, Packed packed,
                           const std::function<void(std::int64_t)>& progress = {},
                           const IngestLimits& limits = {});

/// The layer that a store has already, as if it had just come plain.
IngestedLayer known_layer(store::Layers::Pin pin);

}  // namespace dhow::image
