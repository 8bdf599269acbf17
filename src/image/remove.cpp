// `docker rmi` and `docker image prune`.

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "image/images.hpp"
#include "image/removal.hpp"

namespace dhow::image {

namespace {

/// Removes from the disk what the committed removal left unused, and adds the layers' lines.
std::int64_t finish(store::Store& store, Removal& removal) {
    for (const auto& blob : removal.blobs) store.remove_if_unused(blob);
    auto collected = store.collect();
    std::int64_t bytes = 0;
    for (const auto& layer : collected) bytes += layer.size;
    for (const auto& freed : removal.freed) {
        auto gone = std::ranges::find(collected, freed.diff_id, &store::Layer::diff_id);
        if (gone == collected.end()) continue;
        // Behind the line of the image it belonged to.
        auto place = std::ranges::find_if(removal.removed, [&](const Removed& line) {
            return line.what == Removed::What::deleted && line.object == freed.image.text();
        });
        if (place == removal.removed.end()) continue;
        for (++place; place != removal.removed.end() && place->image == freed.image;) ++place;
        removal.removed.insert(place, {Removed::What::deleted, freed.chain_id, freed.image});
    }
    return bytes;
}

}  // namespace

std::vector<Removed> Images::remove(std::string_view reference, bool force, bool prune_parents,
                                    const std::vector<ContainerUse>& uses) {
    std::optional<store::Transaction> transaction(store_.database().begin());
    Removal removal(*transaction, uses);
    removal.remove(reference, force, prune_parents);
    transaction->commit();
    transaction.reset();
    finish(store_, removal);
    return std::move(removal.removed);
}

PruneReport Images::prune(const Filter& filter, const std::vector<ContainerUse>& uses) {
    bool only_dangling = filter.dangling.value_or(true);
    Filter candidates = filter;
    candidates.dangling.reset();
    PruneReport report;
    for (const auto& image : list(candidates)) {
        if (only_dangling && !image.repo_tags.empty()) continue;
        std::vector<std::string> names = image.repo_tags;
        names.insert(names.end(), image.repo_digests.begin(), image.repo_digests.end());
        if (names.empty()) names.push_back(image.id.text());
        try {
            // All names of an image or none: half untagged would be worse than kept.
            std::optional<store::Transaction> transaction(store_.database().begin());
            Removal removal(*transaction, uses);
            for (const auto& name : names)
                if (find_image(*transaction, image.id)) removal.remove(name, false, true);
            transaction->commit();
            transaction.reset();
            report.space_reclaimed += finish(store_, removal);
            report.removed.insert(report.removed.end(), removal.removed.begin(), removal.removed.end());
        } catch (const Conflict&) {
            // In use: that is what prune leaves alone.
        } catch (const NotFound&) {
            // Somebody else was faster.
        }
    }
    return report;
}

}  // namespace dhow::image
