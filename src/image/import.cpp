// `docker import`: a root file system becomes an image of one layer.

#include "base/error.hpp"
#include "image/assemble.hpp"
#include "image/change.hpp"
#include "image/images.hpp"
#include "oci/image_config_json.hpp"

namespace dhow::image {

oci::Digest Images::import(Source& tar, const ImportOptions& options, const ProgressSink& progress) {
    oci::ImageConfig config;
    // Before anything is unpacked: a mistake in them is cheap to find.
    apply_changes(options.changes, config.config);
    if (options.name && options.name->digest) throw InvalidArgument("cannot import digest reference");
    auto platform = options.platform.value_or(oci::Platform::host());
    config.architecture = platform.architecture;
    config.variant = platform.variant;
    config.os = platform.os;
    if (config.os != "linux") throw InvalidArgument("operating system is not supported: {}", config.os);
    config.created = format_timestamp(options.created.value_or(now()));
    config.comment = options.message.empty() ? "Imported from -" : options.message;

    LayerSweep sweep(store_);
    auto layer = ingest_layer(store_, tar, Packed::drop, [&](std::int64_t bytes) {
        if (progress) progress({.id = "", .status = "Importing", .current = bytes, .total = 0});
    });
    config.rootfs.diff_ids = {layer.pin.layer().diff_id};
    config.history = {{.created = config.created,
                       .created_by = "",
                       .author = "",
                       .comment = config.comment,
                       .empty_layer = false}};
    auto image = assemble_image(json::write(config), {&layer});
    if (options.name) image.names.push_back(options.name->with_default_tag());
    add_images(store_, {image});
    return image.record.id;
}

}  // namespace dhow::image
