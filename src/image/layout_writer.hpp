#pragma once
// An OCI layout in a tar (github.com/opencontainers/image-spec, image-layout.md), as it is written.

#include <set>
#include <string>

#include "image/source.hpp"
#include "oci/manifest.hpp"
#include "store/store.hpp"
#include "tar/writer.hpp"

namespace dhow::image {

/// All entries have one owner and time, so that the same content makes the same archive.
class LayoutWriter {
  public:
    /// What the file "oci-layout" holds.
    static constexpr auto version = R"({"imageLayoutVersion":"1.0.0"})";

    /// Writes the folders of the blobs. Both must outlive it.
    LayoutWriter(store::Store& store, Output& output);

    /// A blob or a layer that was written already is left out.
    void blob(const oci::Digest& digest, const std::string& content);
    /// `descriptor` names the kept blob, or the plain tar. @throws InternalError when it was damaged on disk
    void layer(const store::Layer& layer, const oci::Descriptor& descriptor);
    void file(const std::string& path, const std::string& content);
    void finish() { archive_.finish(); }

  private:
    store::Store& store_;
    tar::TarWriter archive_;
    std::set<oci::Digest> written_;
};

}  // namespace dhow::image
