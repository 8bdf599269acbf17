#include "api/images/convert.hpp"

#include <algorithm>

#include "api/convert.hpp"
#include "api/translate.hpp"
#include "engine/model/container_config_json.hpp"

namespace dhow::api::images {

namespace {

wire::ImageConfig config_of(const image::Image& image) {
    return translate<wire::ImageConfig>(image.config->config);
}

}  // namespace

wire::ImageSummary to_wire(const engine::ImageSummary& summary) {
    const image::Image& image = summary.image;
    wire::ImageSummary out;
    out.containers = summary.containers;
    out.created = image.created == Timestamp{} ? 0 : unix_seconds(image.created);
    out.id = image.id.text();
    out.labels = image.config->config.labels;
    out.parent_id = image.parent.text();
    out.repo_digests = image.repo_digests;
    out.repo_tags = image.repo_tags;
    out.shared_size = summary.shared_size;
    out.size = image.size;
    return out;
}

wire::ImageInspect to_wire(const image::Image& image) {
    const auto& config = *image.config;
    wire::ImageInspect out;
    out.id = image.id.text();
    out.repo_tags = image.repo_tags;
    out.repo_digests = image.repo_digests;
    out.parent = image.parent.text();
    out.comment = config.comment;
    out.created = config.created;
    out.docker_version = config.docker_version;
    out.author = config.author;
    out.config = config_of(image);
    out.architecture = config.architecture;
    out.variant = config.variant;
    out.os = config.os;
    out.os_version = config.os_version;
    out.size = image.size;
    out.graph_driver.name = "overlay2";
    out.root_fs.type = config.rootfs.type;
    for (const auto& digest : config.rootfs.diff_ids) out.root_fs.layers.push_back(digest.text());
    out.metadata.last_tag_time = format_timestamp(image.last_tagged);
    return out;
}

wire::ImageHistoryItem to_wire(const image::HistoryEntry& entry) {
    wire::ImageHistoryItem out;
    out.comment = entry.comment;
    out.created = entry.created == Timestamp{} ? 0 : unix_seconds(entry.created);
    out.created_by = entry.created_by;
    out.id = entry.id;
    out.size = entry.size;
    out.tags = entry.tags;
    return out;
}

wire::ImageDeleted to_wire(const image::Removed& removed) {
    wire::ImageDeleted out;
    (removed.what == image::Removed::What::deleted ? out.deleted : out.untagged) = removed.object;
    return out;
}

wire::ProgressLine to_wire(const image::Progress& progress) {
    wire::ProgressLine line;
    line.id = progress.id;
    line.status = progress.status;
    if (progress.current != 0 || progress.total != 0) {
        wire::ProgressDetail detail;
        detail.current = progress.current;
        // An empty detail makes clients keep one line for the layer.
        detail.total = std::max<std::int64_t>(0, progress.total);
        line.progress_detail = detail;
    }
    return line;
}

}  // namespace dhow::api::images
