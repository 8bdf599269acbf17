#pragma once
// What `cp` means by its two paths: pure functions, by docker's rules.

#include <string>

namespace dhow::cli {

/// One argument of cp. "name:path" is in a container; "/a:b" and "./a:b" are here; "-" is a stream.
struct CopyPlace {
    std::string container;  ///< empty: on this host
    std::string path;
};
CopyPlace parse_copy_place(const std::string& argument);

/// The folder and the last part of a path: "/a/b/" -> {"/a", "b"}, "a/." -> {"a", "."}, "/" -> {"/", "/"}.
struct SplitPath {
    std::string folder, name;
};
SplitPath split_copy_path(const std::string& path);

/// "x/" and "x/." say that x is a folder.
bool says_folder(const std::string& path);

/// What is known of a path.
struct CopyEnd {
    std::string path;
    bool exists = false;
    bool is_folder = false;
};

/// Where the entries of an archive go, and how they are called there.
struct CopyPlan {
    std::string folder;    ///< to extract into
    std::string old_name;  ///< the first part of the entries' names
    std::string new_name;  ///< the same when nothing is renamed

    /// An entry's new name.
    std::string rename(const std::string& entry) const;
};

/// @param name the first part of the entries' names in the archive
/// @throws InvalidArgument "cannot copy directory", "no such directory"
CopyPlan plan_copy(const std::string& name, bool source_is_folder, const CopyEnd& destination);

}  // namespace dhow::cli
