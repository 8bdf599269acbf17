// Manifests and indexes of strangers. What is taken can be written and read again.

#include "oci/manifest.hpp"

#include "base/error.hpp"
#include "oci/index.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        auto manifest = dhow::oci::Manifest::parse(text);
        dhow::oci::Manifest::parse(dhow::json::write(manifest));
    } catch (const dhow::InvalidArgument&) {
    }
    try {
        auto index = dhow::oci::Index::parse(text);
        index.choose(dhow::oci::Platform::host());
        dhow::oci::Index::parse(dhow::json::write(index));
    } catch (const dhow::InvalidArgument&) {
    }
    return 0;
}
