#pragma once
// Reading files of a container's root from outside, without mounting it.
//
// A container's overlay is mounted only inside its own mount namespace. What the engine must know of the root
// before that (users, groups) is looked up in the layer directories themselves, top first, as overlayfs
// merges them: whiteouts hide, opaque directories cut off what is below, symlinks lead within the merged
// root, and never out of it. Every component is opened relative to its layer with RESOLVE_BENEATH and
// RESOLVE_NO_SYMLINKS, so nothing that an image holds can lead to a file of the host. Source: overlayfs.rst,
// openat2(2).

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"

namespace dhow::bundle {

/// The merged root of a list of layers, or one root directory.
class RootView {
  public:
    /// @param layers the upper directory, then the lower ones, top first. Missing ones are refused.
    /// @throws SystemError when a directory cannot be opened.
    explicit RootView(const std::vector<std::filesystem::path>& layers);

    /// The root of a process: /proc/<pid>/root, with everything mounted there.
    static RootView of_process(int pid);

    /// The content of a regular file; none when there is no such file (or it is no regular file).
    /// @throws InvalidArgument when it is larger than `limit` bytes.
    std::optional<std::string> read(std::string_view path, std::size_t limit = 8U << 20) const;

  private:
    /// A directory of the merged tree: its parts in the layers that have it, top first.
    struct Directory {
        std::vector<int> parts;  ///< borrowed from `owned` or from layers_
        std::vector<UniqueFd> owned;
    };

    RootView() = default;

    UniqueFd find(std::string_view path) const;
    UniqueFd find_merged(std::string_view path) const;
    /// The part of the first layer that has `name` in `directory`, or -1. `below` becomes the directory it
    /// is, when it is one.
    static int find_entry(const Directory& directory, const std::string& name, Directory& below);

    std::vector<UniqueFd> layers_;
    bool merged_ = true;  ///< false: one root with mounts in it, resolved by the kernel
};

}  // namespace dhow::bundle
