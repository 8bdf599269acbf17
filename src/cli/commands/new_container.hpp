#pragma once
// Making a container, for `run` and `create`.

#include <functional>
#include <string>

#include "cli/options/arguments.hpp"
#include "cli/session.hpp"
#include "oci/reference.hpp"
#include "wire/container_create.hpp"

namespace dhow::cli {

/// Makes the container, pulling its image if need be, writes its id to --cidfile, prints the daemon's
/// warnings.
/// @param meanwhile runs while the daemon makes it.
/// @return its id.
std::string make_container(Session& session, const Arguments& arguments, const wire::ContainerCreate& body,
                           const std::function<void()>& meanwhile = {});

/// A failure of `run` or `create` with the status that shells expect: 127 when there is no such program, 126
/// when it cannot be run, 125 for all else.
[[noreturn]] void fail_to_start(const Error& error, std::string_view command);

/// Pulls one image, or all of a repository's when `image` has neither tag nor digest. Progress goes to
/// standard error when `to_error`, nowhere when `quiet`.
/// @throws DaemonError, or Unavailable with what the registry said.
void pull_image(Session& session, const oci::Reference& image, std::string_view platform, bool quiet,
                bool to_error);

}  // namespace dhow::cli
