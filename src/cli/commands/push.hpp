#pragma once
// Images that go to registries.

#include <string_view>

#include "cli/session.hpp"
#include "oci/reference.hpp"

namespace dhow::cli {

/// Pushes one tag, or all of a repository when the name has none. `platform`: of that variant alone, or "".
/// @param fd where the progress is shown; -1: nowhere
/// @throws Unavailable with the daemon's message
void push_image(Session& session, const oci::Reference& name, std::string_view platform, int fd);

}  // namespace dhow::cli
