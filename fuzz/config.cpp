// Configurations of images, and the instructions that change them.

#include "base/error.hpp"
#include "image/assemble.hpp"
#include "image/change.hpp"
#include "oci/image_config_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        auto config = dhow::oci::ImageConfig::parse(text);
        dhow::image::created_time(config);
        dhow::oci::ImageConfig::parse(dhow::json::write(config));
    } catch (const dhow::InvalidArgument&) {
    }
    try {
        dhow::oci::ContainerConfig config;
        dhow::image::apply_change(text, config);
    } catch (const dhow::InvalidArgument&) {
    }
    return 0;
}
