// What a person calls an image. A name that is taken can be written and read again as the same.

#include "oci/reference.hpp"

#include "base/error.hpp"
#include "oci/platform.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        auto reference = dhow::oci::Reference::parse(text);
        if (dhow::oci::Reference::parse(reference.full()) != reference) __builtin_trap();
        if (dhow::oci::Reference::parse(reference.familiar()) != reference) __builtin_trap();
        dhow::oci::familiar_match(text, reference);
    } catch (const dhow::InvalidArgument&) {
    }
    try {
        auto half = size / 2;
        dhow::oci::match_pattern(text.substr(0, half), text.substr(half));
        dhow::oci::Platform::parse(text);
    } catch (const dhow::InvalidArgument&) {
    }
    return 0;
}
