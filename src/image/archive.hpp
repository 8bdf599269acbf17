#pragma once
// What a docker archive or an OCI layout in a tar holds, read in one pass: layers are unpacked as they come
// by, small documents are kept in memory, and names are sorted out at the end.

#include <functional>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "image/images.hpp"
#include "image/layer/ingest.hpp"

namespace dhow::image {

class Archive {
  public:
    Archive(store::Store& store, ProgressSink progress) : store_(store), progress_(std::move(progress)) {}

    /// Reads it to its end. @throws InvalidArgument when the tar itself is damaged
    void read(Source& source);

    /// The document at a path, or null.
    const std::string* document(std::string_view path) const;
    /// @throws InvalidArgument when it is not there
    const std::string& need_document(std::string_view path) const;
    /// The document of a digest, checked, or null.
    const std::string* document(const oci::Digest& digest) const;
    /// The layer at a path. @throws InvalidArgument when it is not there, or what was wrong with it
    const IngestedLayer& layer(std::string_view path) const;

  private:
    void read_file(TarReader& tar, const std::string& path, std::int64_t size);
    void read_layer(Source& source, const std::string& path, std::int64_t size);
    void add_layer(const std::string& path, IngestedLayer layer);
    void keep(const std::string& path, ArrivedLayer layer);
    void wait_for_disk();
    std::string resolve(std::string_view path) const;

    store::Store& store_;
    ProgressSink progress_;
    std::map<std::string, std::string> documents_;
    std::map<std::string, IngestedLayer> layers_;
    std::map<std::string, std::string> links_;     // path -> path
    std::map<std::string, std::string> failures_;  // path of a layer that could not be unpacked -> why
    std::int64_t documents_size_ = 0;
    /// The last layer while it goes to the disk, during which the next one is read.
    std::future<IngestedLayer> arriving_;
    std::string arriving_path_;
};

/// The path of a blob in an OCI layout.
std::string blob_path(const oci::Digest& digest);

}  // namespace dhow::image
