#pragma once
// docker's rules of which names and images `docker rmi` may take away, within one transaction.

#include <string_view>
#include <vector>

#include "image/images.hpp"
#include "image/records.hpp"

namespace dhow::image {

class Removal {
  public:
    Removal(store::Transaction& transaction, const std::vector<ContainerUse>& uses)
        : transaction_(transaction), uses_(uses) {}

    /// Untags and deletes as a person asked. @throws Conflict, NotFound; then nothing may be committed
    void remove(std::string_view text, bool force, bool prune_parents);

    /// What was untagged and which images were deleted, so far.
    std::vector<Removed> removed;
    /// The layers of the deleted images: they may be unused now. Top first, with the names docker gives them.
    struct Freed {
        oci::Digest image;
        oci::Digest diff_id;
        std::string chain_id;
        std::int64_t size = 0;
    };
    std::vector<Freed> freed;
    /// Documents of the deleted images: they may be unused now.
    std::vector<oci::Digest> blobs;

  private:
    struct Conflicts {
        bool soft;  ///< also what could be forced
        bool names = true;
    };
    struct Found {
        std::string reason;  ///< empty: none
        bool hard = false;
        bool used = false;
    };

    Found find_conflict(const oci::Digest& id, Conflicts which);
    void throw_conflict(const oci::Digest& id, const Found& found);
    /// True when that was all there is to do.
    bool remove_name(const oci::Digest& id, const oci::Reference& name, bool force);
    void untag(const oci::Digest& id, const oci::Reference& name);
    void delete_image(const oci::Digest& id, bool force, bool prune_parents, bool quiet);

    store::Transaction& transaction_;
    const std::vector<ContainerUse>& uses_;
};

}  // namespace dhow::image
