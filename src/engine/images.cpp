#include "engine/images.hpp"

#include "base/error.hpp"
#include "engine/core.hpp"

namespace dhow::engine {

namespace {

std::vector<image::ContainerUse> uses(const Core& core) {
    std::vector<image::ContainerUse> result;
    for (const auto& [id, container] : core.registry.all())
        if (auto digest = oci::Digest::find(container->record.image_id))
            result.push_back({*digest, id, container->alive()});
    return result;
}

image::Filter convert(const Filters& filters) {
    std::map<std::string, std::vector<std::string>> values;
    for (const auto& [name, set] : filters.all()) values[name].assign(set.begin(), set.end());
    return image::Filter::parse(values);
}

void publish_image(Core& core, std::string action, std::string id, std::string name,
                   std::map<std::string, std::string> labels = {}) {
    labels["name"] = std::move(name);
    core.events.publish("image", std::move(action), std::move(id), std::move(labels));
}

void publish_removed(Core& core, const std::vector<image::Removed>& removed) {
    for (const auto& line : removed) {
        if (line.what == image::Removed::What::untagged)
            publish_image(core, "untag", line.image.text(), line.image.text());
        else if (line.object == line.image.text())
            publish_image(core, "delete", line.object, line.object);
    }
}

}  // namespace

Task<std::vector<ImageSummary>> Images::list(ImageListRequest request) {
    struct Found {
        std::vector<image::Image> images;
        std::map<std::string, std::int64_t> shared;
    };
    auto filter = convert(request.filters);
    auto read_found = [this, filter, request] {
        Found result{core_.image_room.list(filter, request.all), {}};
        if (request.shared_size) result.shared = core_.image_room.shared_sizes();
        return result;
    };
    auto found = co_await core_.pool.run(std::move(read_found));
    std::map<std::string, std::int64_t> users;
    if (request.containers)
        for (const auto& use : uses(core_)) ++users[use.image.text()];
    std::vector<ImageSummary> rows;
    for (auto& image : found.images) {
        ImageSummary row;
        row.image = std::move(image);
        if (request.containers) row.containers = users[row.image.id.text()];
        if (request.shared_size) row.shared_size = found.shared[row.image.id.text()];
        rows.push_back(std::move(row));
    }
    co_return rows;
}

Task<image::Image> Images::inspect(std::string reference) {
    auto work = [this, reference] { return core_.image_room.resolve(reference); };
    co_return co_await core_.pool.run(std::move(work));
}

Task<std::vector<image::HistoryEntry>> Images::history(std::string reference) {
    auto work = [this, reference] { return core_.image_room.history(reference); };
    co_return co_await core_.pool.run(std::move(work));
}

Task<std::string> Images::import(std::shared_ptr<image::Source> tar, image::ImportOptions options,
                                 image::ProgressSink progress) {
    auto read_id = [this, tar, options, progress] {
        return core_.image_room.import(*tar, options, progress);
    };
    auto id = co_await core_.pool.run(std::move(read_id));
    publish_image(core_, "import", id.text(), id.text());
    if (options.name) publish_image(core_, "tag", id.text(), options.name->with_default_tag().familiar());
    co_return id.text();
}

Task<std::vector<image::Loaded>> Images::load(std::shared_ptr<image::Source> archive,
                                              std::optional<oci::Platform> platform,
                                              image::ProgressSink progress) {
    auto read_loaded = [this, archive, platform, progress] {
        return core_.image_room.load(*archive, platform, progress);
    };
    auto loaded = co_await core_.pool.run(std::move(read_loaded));
    for (const auto& image : loaded) {
        auto name = image.names.empty() ? image.id.text() : image.names.front();
        publish_image(core_, "load", image.id.text(), name);
    }
    co_return loaded;
}

Task<void> Images::save(std::vector<std::string> references, std::shared_ptr<image::Output> output,
                        std::optional<oci::Platform> platform) {
    auto work = [this, references, output, platform] {
        core_.image_room.save(references, *output, platform);
    };
    co_await core_.pool.run(std::move(work));
    for (const auto& reference : references)
        core_.events.publish("image", "save", reference, {{"name", reference}});
}

Task<void> Images::tag(std::string reference, std::string repository, std::string tag) {
    struct Tagged {
        std::string id, name;
    };
    auto read_tagged = [this, reference, repository, tag] {
        auto id = core_.image_room.resolve(reference).id.text();
        return Tagged{id, core_.image_room.tag(reference, repository, tag)};
    };
    auto tagged = co_await core_.pool.run(std::move(read_tagged));
    publish_image(core_, "tag", tagged.id, tagged.name);
}

Task<std::vector<image::Removed>> Images::remove(std::string reference, bool force, bool prune_parents) {
    auto read_removed = [this, reference, force, prune_parents, users = uses(core_)] {
        return core_.image_room.remove(reference, force, prune_parents, users);
    };
    auto removed = co_await core_.pool.run(std::move(read_removed));
    publish_removed(core_, removed);
    co_return removed;
}

Task<image::PruneReport> Images::prune(Filters filters) {
    auto filter = convert(filters);
    auto read_report = [this, filter, users = uses(core_)] { return core_.image_room.prune(filter, users); };
    auto report = co_await core_.pool.run(std::move(read_report));
    publish_removed(core_, report.removed);
    core_.events.publish("image", "prune", "", {{"reclaimed", std::to_string(report.space_reclaimed)}});
    co_return report;
}

Task<std::int64_t> Images::layers_size() {
    co_return co_await core_.pool.run([this] { return core_.image_room.layers_size(); });
}

}  // namespace dhow::engine
