#pragma once
// The rows that make an image: what the other files of this room read and write of the database.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/digest.hpp"
#include "oci/reference.hpp"
#include "store/store.hpp"

namespace dhow::image {

struct ImageRecord {
    oci::Digest id;
    oci::Digest manifest;
    std::string manifest_type;
    std::int64_t manifest_size = 0;
    oci::Digest parent;
    std::int64_t created = 0;      ///< nanoseconds since 1970
    std::int64_t last_tagged = 0;  ///< the same; 0: never
};

std::vector<ImageRecord> all_images(store::Transaction& transaction);
std::optional<ImageRecord> find_image(store::Transaction& transaction, const oci::Digest& id);
/// The image of a full name ("docker.io/library/busybox:latest", "...@sha256:...").
std::optional<oci::Digest> find_name(store::Transaction& transaction, std::string_view name);
/// The one image whose id begins with these hexadecimal digits; none when there are none or several.
std::optional<oci::Digest> find_prefix(store::Transaction& transaction, std::string_view hex);
/// What a person's text means: a name, an id, or the start of one. @throws InvalidArgument when it is
/// malformed
std::optional<oci::Digest> find_reference(store::Transaction& transaction, std::string_view text);
/// The same. @throws NotFound in docker's words
oci::Digest get_reference(store::Transaction& transaction, std::string_view text);

/// All names of an image, sorted.
std::vector<oci::Reference> names_of(store::Transaction& transaction, const oci::Digest& id);
/// All tags of a repository, sorted, each with its image.
std::vector<std::pair<oci::Reference, oci::Digest>> tags_of(store::Transaction& transaction,
                                                            const oci::Reference& repository);
std::vector<oci::Digest> children_of(store::Transaction& transaction, const oci::Digest& id);

/// A layer of an image, as rows say.
struct LayerRow {
    std::string id;
    oci::Digest diff_id;
    std::int64_t size = 0;
};
/// Bottom first.
std::vector<LayerRow> layers_of(store::Transaction& transaction, const oci::Digest& id);

/// Gives a name to an image; it moves when another has it. @return the image that had it before
std::optional<oci::Digest> set_name(store::Transaction& transaction, const oci::Reference& name,
                                    const oci::Digest& image);

/// An image that is complete in the store but for its rows.
struct NewImage {
    ImageRecord record;
    std::string config;                 ///< the document
    std::string manifest;               ///< the document
    std::vector<std::string> layers;    ///< ids, bottom first; pinned by the caller
    std::vector<oci::Reference> names;  ///< with tag or digest
    /// Other blobs that its manifest names; they are committed with it.
    std::vector<std::shared_ptr<store::Blobs::Ingest>> blobs;
    /// Whether an image that is there with another manifest gets this one.
    bool replaces_manifest = false;
};

/// Names `manifest`, a blob that is there, as the one of an image.
void set_manifest(store::Transaction& transaction, const ImageRecord& record);

/// Adds images and their names, all or none: their documents become blobs, then their rows are committed.
/// `renamed` is called for each name that moves from another image. All is on disk then, with the layers
/// below; `add_unsynced_image` leaves that to store::Unsynced.
void add_images(
    store::Store& store, const std::vector<NewImage>& images,
    const std::function<void(const oci::Reference& name, const oci::Digest& before)>& renamed = {});
void add_unsynced_image(store::Store& store, const NewImage& image);

}  // namespace dhow::image
