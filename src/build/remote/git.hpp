#pragma once
// A tree of a git repository that a stranger named, by the git program of this machine. Blocks for as long as
// the network takes.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "registry/cancellation.hpp"

namespace dhow::build {

/// "https://host/path.git#ref:folder"
struct GitSource {
    std::string url;     ///< without the fragment
    std::string ref;     ///< a branch, a tag or a commit; "" the default branch
    std::string folder;  ///< of the tree; "" all of it
    bool operator==(const GitSource&) const = default;
};

/// The repository that a text names: git://, ssh://, user@host:path, http(s)://....git, and, as docker has
/// it, github.com/.... None when it is something else. @throws InvalidArgument for one that could be taken
/// for an option of git
std::optional<GitSource> git_source(std::string_view text);

/// Makes `folder`, which must be empty, the working tree of the source's ref, with its submodules. The time
/// of all files is the commit's. Local paths, also of submodules, are refused (CVE-2022-39253), hooks and the
/// configuration of the machine are not used. @return the commit's id
/// @throws InvalidArgument with git's words
std::string check_out(const GitSource& source, const std::filesystem::path& folder, bool keep_git_folder,
                      const registry::Cancellation& stop);

}  // namespace dhow::build
