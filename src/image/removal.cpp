#include "image/removal.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"

namespace dhow::image {

namespace {

std::string short_container(const std::string& id) { return id.substr(0, 12); }

/// Whether a name was given, not an id or the start of one.
bool is_id_of(const oci::Digest& id, std::string_view text) {
    if (text.starts_with("sha256:")) text.remove_prefix(7);
    return oci::is_hex(text) && id.hex().starts_with(text);
}

/// Whether the names are at most one tag, and digests of that same repository.
bool is_single(const std::vector<oci::Reference>& names) {
    if (names.size() <= 1) return true;
    const oci::Reference* tag = nullptr;
    std::set<std::string> by_digest;
    for (const auto& name : names) {
        if (name.digest)
            by_digest.insert(name.name());
        else if (!tag)
            tag = &name;
        else
            return false;
    }
    return by_digest.size() == 1 && (!tag || by_digest.contains(tag->name()));
}

}  // namespace

Removal::Found Removal::find_conflict(const oci::Digest& id, Conflicts which) {
    if (!children_of(transaction_, id).empty()) return {"image has dependent child images", true, false};
    auto use = [&](bool running) {
        return std::ranges::find_if(uses_,
                                    [&](const auto& u) { return u.image == id && u.running == running; });
    };
    if (auto found = use(true); found != uses_.end())
        return {"image is being used by running container " + short_container(found->container), true, true};
    if (!which.soft) return {};
    if (which.names && !names_of(transaction_, id).empty())
        return {"image is referenced in multiple repositories", false, false};
    if (auto found = use(false); found != uses_.end())
        return {"image is being used by stopped container " + short_container(found->container), false, true};
    return {};
}

void Removal::throw_conflict(const oci::Digest& id, const Found& found) {
    if (found.reason.empty()) return;
    throw Conflict("conflict: unable to delete {} ({}) - {}", id.short_id(),
                   found.hard ? "cannot be forced" : "must be forced", found.reason);
}

void Removal::untag(const oci::Digest& id, const oci::Reference& name) {
    transaction_.execute("DELETE FROM names WHERE name = ?1", name.full());
    removed.push_back({Removed::What::untagged, name.familiar(), id});
}

bool Removal::remove_name(const oci::Digest& id, const oci::Reference& given, bool force) {
    auto names = names_of(transaction_, id);
    if (!force && is_single(names)) {
        auto use = std::ranges::find(uses_, id, &ContainerUse::image);
        if (use != uses_.end())
            throw Conflict(
                "conflict: unable to remove repository reference \"{}\" (must force) - container {} is using "
                "its "
                "referenced image {}",
                given.familiar(), short_container(use->container), id.short_id());
    }
    auto name = given;
    if (name.digest) name.tag.clear();
    untag(id, name.with_default_tag());
    names = names_of(transaction_, id);
    // Digests alone keep no repository's name alive once its last tag is gone.
    bool other_tag =
        std::ranges::any_of(names, [&](const auto& n) { return !n.digest && n.name() == name.name(); });
    if (!name.digest && !other_tag)
        for (const auto& other : names)
            if (other.digest && other.name() == name.name()) untag(id, other);
    return !names_of(transaction_, id).empty();
}

void Removal::remove(std::string_view text, bool force, bool prune_parents) {
    auto id = get_reference(transaction_, text);
    if (!is_id_of(id, text)) {
        if (remove_name(id, oci::Reference::parse(text), force)) return;
    } else if (auto names = names_of(transaction_, id); is_single(names)) {
        throw_conflict(id, find_conflict(id, {.soft = !force, .names = false}));
        for (const auto& name : names) untag(id, name);
    }
    delete_image(id, force, prune_parents, false);
}

void Removal::delete_image(const oci::Digest& id, bool force, bool prune_parents, bool quiet) {
    auto found = find_conflict(id, {.soft = !force});
    if (!found.reason.empty()) {
        bool dangling = names_of(transaction_, id).empty() && children_of(transaction_, id).empty();
        if (quiet && (!dangling || found.used)) return;
        throw_conflict(id, found);
    }
    auto record = find_image(transaction_, id);
    for (const auto& name : names_of(transaction_, id)) untag(id, name);
    std::vector<Freed> layers;
    std::string chain;
    for (const auto& layer : layers_of(transaction_, id)) {
        chain =
            chain.empty() ? layer.diff_id.text() : store::sha256(chain + " " + layer.diff_id.text()).text();
        layers.push_back({id, layer.diff_id, chain, layer.size});
    }
    freed.insert(freed.end(), layers.rbegin(), layers.rend());
    {
        // Closed before the parent is asked the same.
        auto rows = transaction_.query("SELECT blob FROM image_blobs WHERE image = ?1", id.text());
        while (rows.next()) blobs.push_back(oci::Digest::parse(rows.text(0)));
    }
    transaction_.execute("DELETE FROM images WHERE id = ?1", id.text());
    removed.push_back({Removed::What::deleted, id.text(), id});
    if (prune_parents && record->parent && find_image(transaction_, record->parent))
        delete_image(record->parent, false, true, true);
}

}  // namespace dhow::image
