#pragma once
// The entries of a tar go into a folder that is there already, as `cp` has it: what has the same name is
// replaced, folders are kept and added to.
//
// Neither the tar nor the tree is trusted, and the tree may change meanwhile: every name is resolved by the
// kernel inside of the root (openat2, RESOLVE_IN_ROOT), so that no link, ".." or race leads out of it.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "tar/reader.hpp"

namespace dhow::tar {

struct ExtractOptions {
    /// A folder is not replaced by something else, nor something else by a folder.
    bool keeps_kinds = false;
    /// Owners as the tar has them; otherwise what is made belongs to who makes it.
    bool keeps_owners = true;
    /// What an entry (and the target of a hard link) is called instead.
    std::function<std::string(const std::string& path)> rename;
    /// All that is made belongs to this user and group instead.
    std::optional<std::pair<std::uint32_t, std::uint32_t>> owner;
};

/// Extracts all of `tar` into `folder`, a path inside of `root` whose links may be followed. What was
/// extracted before an error stays.
/// @throws InvalidArgument for names that lead out, and "cannot overwrite directory ..."; SystemError
void extract(TarReader& tar, int root, const std::string& folder, const ExtractOptions& options = {});

}  // namespace dhow::tar
