// Asking for images: resolve, list, history, sizes.

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "image/images.hpp"
#include "image/records.hpp"
#include "oci/reserved.hpp"

namespace dhow::image {

namespace {

Timestamp timestamp(std::int64_t nanoseconds) { return Timestamp(std::chrono::nanoseconds(nanoseconds)); }

bool fits_label(const oci::ImageConfig& config, std::string_view wanted) {
    auto equals = wanted.find('=');
    auto found = config.config.labels.find(std::string(wanted.substr(0, equals)));
    if (found == config.config.labels.end()) return false;
    return equals == wanted.npos || found->second == wanted.substr(equals + 1);
}

bool fits_any(const std::vector<std::string>& patterns, const std::string& familiar) {
    auto reference = oci::Reference::parse(familiar);
    return std::ranges::any_of(patterns,
                               [&](const auto& pattern) { return oci::familiar_match(pattern, reference); });
}

}  // namespace

bool fits_labels(const Filter& filter, const oci::ImageConfig& config) {
    auto fits = [&](const std::string& label) { return fits_label(config, label); };
    return std::ranges::all_of(filter.labels, fits) && std::ranges::none_of(filter.without_labels, fits);
}

std::shared_ptr<const oci::ImageConfig> Images::config(const oci::Digest& id) const {
    constexpr std::size_t most_configs = 64;
    {
        std::lock_guard lock(mutex_);
        if (auto found = configs_.find(id); found != configs_.end()) return found->second;
    }
    auto config = std::make_shared<const oci::ImageConfig>(oci::ImageConfig::parse(store_.blobs().read(id)));
    std::lock_guard lock(mutex_);
    if (configs_.size() >= most_configs) configs_.clear();
    configs_.emplace(id, config);
    return config;
}

Image Images::make_image(store::Transaction& transaction, const ImageRecord& record) const {
    Image image;
    image.id = record.id;
    image.config = config(record.id);
    for (auto& layer : layers_of(transaction, record.id)) {
        image.size += layer.size;
        image.layers.insert(image.layers.begin(), std::move(layer.id));
    }
    for (const auto& name : names_of(transaction, record.id))
        (name.digest ? image.repo_digests : image.repo_tags).push_back(name.familiar());
    image.manifest = record.manifest;
    image.manifest_type = record.manifest_type;
    image.manifest_size = record.manifest_size;
    image.parent = record.parent;
    image.created = timestamp(record.created);
    image.last_tagged = timestamp(record.last_tagged);
    return image;
}

Image Images::resolve(std::string_view reference) const {
    auto transaction = store_.database().begin(store::Durability::relaxed);
    return make_image(transaction, *find_image(transaction, get_reference(transaction, reference)));
}

std::optional<Image> Images::find(std::string_view reference) const {
    auto transaction = store_.database().begin(store::Durability::relaxed);
    auto id = find_reference(transaction, reference);
    if (!id) return std::nullopt;
    return make_image(transaction, *find_image(transaction, *id));
}

std::vector<Image> Images::list(const Filter& filter, bool all) const {
    auto transaction = store_.database().begin(store::Durability::relaxed);
    auto time_of = [&](const std::string& reference) {
        return find_image(transaction, get_reference(transaction, reference))->created;
    };
    std::optional<std::int64_t> before, since;
    if (filter.before) before = time_of(*filter.before);
    if (filter.since) since = time_of(*filter.since);
    if (filter.until) before = std::min(before.value_or(INT64_MAX), filter.until->time_since_epoch().count());
    std::vector<Image> images;
    for (const auto& record : all_images(transaction)) {
        if ((before && record.created >= *before) || (since && record.created <= *since)) continue;
        Image image = make_image(transaction, record);
        bool named = !image.dangling();
        if (filter.dangling && *filter.dangling == named) continue;
        if (!named && !all && !children_of(transaction, record.id).empty()) continue;
        if (!fits_labels(filter, *image.config)) continue;
        if (!filter.references.empty()) {
            auto other = [&](const std::string& name) { return !fits_any(filter.references, name); };
            std::erase_if(image.repo_tags, other);
            std::erase_if(image.repo_digests, other);
            if (image.dangling()) continue;
        }
        images.push_back(std::move(image));
    }
    std::ranges::stable_sort(images, std::greater{}, &Image::created);
    return images;
}

std::vector<HistoryEntry> Images::history(std::string_view reference) const {
    auto transaction = store_.database().begin(store::Durability::relaxed);
    auto record = *find_image(transaction, get_reference(transaction, reference));
    auto layers = layers_of(transaction, record.id);
    auto document = config(record.id);
    std::vector<HistoryEntry> entries;
    std::size_t next_layer = 0;
    for (const auto& step : document->history) {
        HistoryEntry entry;
        entry.id = "<missing>";
        try {
            if (!step.created.empty()) entry.created = parse_timestamp(step.created);
        } catch (const InvalidArgument&) {
            // A time nobody can read is as good as none.
        }
        entry.created_by = step.created_by;
        entry.comment = step.comment;
        if (!step.empty_layer && next_layer < layers.size()) entry.size = layers[next_layer++].size;
        entries.push_back(std::move(entry));
    }
    std::ranges::reverse(entries);
    // The images it was made from, where they are here, stand behind as many steps as they have.
    for (std::optional<ImageRecord> at = record; at;) {
        auto steps = config(at->id)->history.size();
        if (steps == 0 || steps > entries.size()) break;
        auto& entry = entries[entries.size() - steps];
        entry.id = at->id.text();
        for (const auto& name : names_of(transaction, at->id))
            if (!name.digest) entry.tags.push_back(name.familiar());
        at = at->parent ? find_image(transaction, at->parent) : std::nullopt;
    }
    return entries;
}

std::vector<oci::Digest> Images::children(const oci::Digest& id) const {
    auto transaction = store_.database().begin(store::Durability::relaxed);
    return children_of(transaction, id);
}

std::int64_t Images::layers_size() const {
    auto transaction = store_.database().begin(store::Durability::relaxed);
    auto rows = transaction.query("SELECT coalesce(sum(size), 0) FROM layers");
    rows.next();
    return rows.integer(0);
}

std::map<std::string, std::int64_t> Images::shared_sizes() const {
    auto transaction = store_.database().begin(store::Durability::relaxed);
    auto rows = transaction.query(
        "SELECT i.id, coalesce((SELECT sum(l.size) FROM image_layers m JOIN layers l ON l.id = m.layer WHERE "
        "m.image = i.id "
        "AND EXISTS (SELECT 1 FROM image_layers o WHERE o.layer = m.layer AND o.image <> i.id)), 0) FROM "
        "images i");
    std::map<std::string, std::int64_t> sizes;
    while (rows.next()) sizes[rows.text(0)] = rows.integer(1);
    return sizes;
}

std::string Images::tag(std::string_view reference, std::string_view repository, std::string_view tag) {
    auto name = oci::Reference::parse(repository);
    oci::refuse_reserved(name);
    if (name.digest) throw InvalidArgument("refusing to create a tag with a digest reference");
    if (!tag.empty()) {
        oci::check_tag(tag);
        name.tag = tag;
    }
    if (name.familiar_name() == "sha256")
        throw InvalidArgument("refusing to create an ambiguous tag using digest algorithm as name");
    name = name.with_default_tag();
    store_.unsynced().sync();
    auto transaction = store_.database().begin();
    set_name(transaction, name, get_reference(transaction, reference));
    transaction.commit();
    return name.familiar();
}

}  // namespace dhow::image
