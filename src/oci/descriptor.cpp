#include "oci/descriptor.hpp"

namespace dhow::oci::media_type {

bool is_manifest(std::string_view type) { return type == manifest || type == docker_manifest; }

bool is_index(std::string_view type) { return type == index || type == docker_index; }

bool is_config(std::string_view type) { return type == config || type == docker_config; }

bool is_layer(std::string_view type) {
    return type == layer || type == layer_gzip || type == layer_zstd || type == docker_layer ||
           type == docker_layer_gzip || type == "application/vnd.docker.image.rootfs.diff.tar.zstd";
}

}  // namespace dhow::oci::media_type
