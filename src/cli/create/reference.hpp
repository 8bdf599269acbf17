#pragma once
// Names of images, as people write them.

#include <string>
#include <string_view>

namespace dhow::cli {

/// Refuses what cannot be a name with a tag or a digest (distribution's reference grammar).
/// @throws InvalidArgument("invalid reference format...").
void check_reference(std::string_view text);

/// The same, but an id (with or without "sha256:") is a name too.
void check_image_name(std::string_view text);

/// A name to its repository and what stands behind the colon, which may be empty.
struct NamedTag {
    std::string_view repository;
    std::string_view tag;
};
NamedTag split_tag(std::string_view text);

/// "busybox:1" with its registry, "docker.io/library/busybox:1", as pull and push print it.
std::string full_name(std::string_view text);

}  // namespace dhow::cli
