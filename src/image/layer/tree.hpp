#pragma once
// A directory that strangers' names are resolved in: never out of it, and never through a symbolic link.

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/unique_fd.hpp"

namespace dhow::image {

/// The name of an entry in its canonical form: without "./" and slashes at its end; "" is the root itself.
/// @throws InvalidArgument for an absolute name, one with "..", one that is empty or too long
std::string clean_entry_path(std::string_view path);

/// "a/b/c" -> {"a/b", "c"}
std::pair<std::string_view, std::string_view> split_path(std::string_view path);

class Tree {
  public:
    explicit Tree(const std::filesystem::path& directory);

    int root() const { return root_.get(); }

    /// Opens what is at a clean path. @throws SystemError
    UniqueFd open(std::string_view path, int flags) const;

    /// The folder at a clean path; it and those above are made, with mode 0755, where they are missing. The
    /// descriptor (O_PATH) belongs to the tree and is good until the next call.
    /// @throws InvalidArgument when something on the way is no directory
    int folder(std::string_view path);

    /// Forgets the folders at and below a path that was removed.
    void forget_below(std::string_view path);

  private:
    UniqueFd root_;
    std::unordered_map<std::string, UniqueFd> folders_;
};

}  // namespace dhow::image
