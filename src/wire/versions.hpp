#pragma once
// The versions of the Engine API, and everything in which an older one differs from the newest: the documents
// of this room are those of `newest`, so an older client's request is adapted before a handler sees it, and
// an answer to it is shaped afterwards. Source: the Engine API's version history.

#include <compare>
#include <string>
#include <string_view>

#include "wire/container_create.hpp"

namespace dhow::wire {

struct ApiVersion {
    int major = 0;
    int minor = 0;

    auto operator<=>(const ApiVersion&) const = default;

    /// "1.41"
    std::string text() const;

    /// Reads "1.41". @throws InvalidArgument for anything else.
    static ApiVersion parse(std::string_view text);
};

inline constexpr ApiVersion oldest{1, 24};
inline constexpr ApiVersion newest{1, 51};

/// @throws InvalidArgument, in dockerd's words, for a version that is not served.
void require_served(ApiVersion version);

/// What a client of `version` may say and what it means by leaving things out, in today's terms.
/// @return the warnings that the answer carries.
/// @throws InvalidArgument for a member that is younger than `version` and must not be dropped silently.
std::vector<std::string> adapt(ContainerCreate& request, ApiVersion version);
void adapt(ContainerUpdate& request, ApiVersion version);

/// Whether read-only bind mounts stay writable below mounts inside them, unless the mount says otherwise:
/// so it was before 1.44.
inline bool read_only_is_shallow(ApiVersion version) { return version < ApiVersion{1, 44}; }

/// Whether streams that are multiplexed say so in their content type.
inline bool names_multiplexed_streams(ApiVersion version) { return version >= ApiVersion{1, 42}; }

/// Answers as JSON; each changes the newest document into that of `version`.
void shape_container_inspect(json::Value& answer, ApiVersion version);
void shape_container_summary(json::Value& answer, ApiVersion version);
void shape_image_inspect(json::Value& answer, ApiVersion version);
void shape_image_summary(json::Value& answer, ApiVersion version);
void shape_network(json::Value& answer, ApiVersion version);
void shape_info(json::Value& answer, ApiVersion version);
void shape_disk_usage(json::Value& answer, ApiVersion version);

}  // namespace dhow::wire
