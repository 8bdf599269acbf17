#pragma once
// A root file system of one static busybox.

#include <string>
#include <vector>

#include "tar/stream.hpp"

namespace dhow::cli {

/// Writes the tar of a root with `busybox` (its path here) in /bin, a link for each of `applets`, and the
/// files that programs look for. All times are `time` (seconds since 1970): the same program makes the same
/// bytes.
void write_busybox_root(const std::string& busybox, const std::vector<std::string>& applets,
                        std::int64_t time, tar::Output& output);

}  // namespace dhow::cli
