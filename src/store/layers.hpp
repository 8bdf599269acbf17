#pragma once
// Read-only layers: each is a directory in the form overlayfs wants for a lower one (whiteouts are character
// devices 0:0, opaque directories carry trusted.overlay.opaque=y), shared by all images and containers.
//
//     <root>/<id>/diff/       the tree
//     <root>/<id>/recipe      how its tar was laid out, when that was not kept as a blob
//     (image/layer/recipe.hpp)
//
// A layer's directory does not depend on the layers below it, so there is one for each diff id. The row in
// the database is what makes a layer exist: the directory is finished and synced before (or is known to
// Unsynced), and removed after.

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "oci/digest.hpp"
#include "store/database.hpp"
#include "store/trash.hpp"
#include "store/unsynced.hpp"

namespace dhow::store {

struct Layer {
    std::string id;
    oci::Digest diff_id;        ///< of the plain tar
    std::int64_t size = 0;      ///< bytes of the files in it, as docker counts a layer
    std::int64_t tar_size = 0;  ///< bytes of the plain tar
    oci::Digest blob;           ///< the packed blob it came from and that is kept, or none
    bool has_recipe = false;
};

class Layers {
  public:
    Layers(Database& database, Unsynced& unsynced, Trash& trash, std::filesystem::path root);

    /// Keeps layers from being collected while an operation that found or made them is under way.
    class Pin {
      public:
        Pin(Pin&& other) noexcept
            : layers_(std::exchange(other.layers_, nullptr)), layer_(std::move(other.layer_)) {}
        Pin& operator=(Pin&&) = delete;
        ~Pin();
        const Layer& layer() const { return layer_; }

      private:
        friend class Layers;
        Pin(Layers& layers, Layer layer) : layers_(&layers), layer_(std::move(layer)) {}
        Layers* layers_;
        Layer layer_;
    };

    /// A layer being made. Its directory goes to the trash unless it was committed.
    class Draft {
      public:
        Draft(Draft&& other) noexcept;
        Draft& operator=(Draft&&) = delete;
        ~Draft();
        const std::string& id() const { return id_; }
        /// The empty directory to fill.
        std::filesystem::path diff() const;
        /// Where a recipe may be written.
        std::filesystem::path recipe() const;

      private:
        friend class Layers;
        Draft(Layers& layers, std::string id) : layers_(&layers), id_(std::move(id)) {}
        Layers* layers_;
        std::string id_;
    };

    Draft draft();
    /// Makes the draft a layer. A power cut may lose the layer whole until a durable commit follows, as that
    /// of an image does. When another thread made the same diff id first, that one is given and the draft
    /// vanishes. `layer.id` is taken from the draft.
    /// @param tree durable: the caller has synced the tree; relaxed: it is left to Unsynced
    Pin commit(Draft draft, Layer layer, Durability tree = Durability::durable);

    /// The layer of a diff id, kept from collection while the Pin lives.
    std::optional<Pin> find(const oci::Digest& diff_id);
    /// @throws NotFound
    Layer get(std::string_view id) const;

    std::filesystem::path diff(std::string_view id) const { return root_ / id / "diff"; }
    std::filesystem::path recipe(std::string_view id) const { return root_ / id / "recipe"; }

    /// Removes every layer that no image, no container and no Pin needs. @return the removed ones
    std::vector<Layer> collect();
    /// At start: removes directories that no row knows.
    void reconcile();

  private:
    Pin pin(Layer layer);

    Database& database_;
    Unsynced& unsynced_;
    Trash& trash_;
    std::filesystem::path root_;
    std::mutex mutex_;                 // guards pins_
    std::map<std::string, int> pins_;  // layer id -> how many pins
};

}  // namespace dhow::store
