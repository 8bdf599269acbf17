#pragma once
// Files of a root that a stranger wrote: found, hashed and copied by descriptors. Names are resolved by the
// kernel inside the root (openat2(2), RESOLVE_IN_ROOT); below a folder that is being copied no link is
// followed.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "base/ignore.hpp"
#include "base/unique_fd.hpp"
#include "build/files/contents.hpp"
#include "build/files/stop.hpp"
#include "store/hash.hpp"

namespace dhow::build::files {

struct Owner {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
};

/// What a COPY takes from a root.
struct Source {
    std::string path;  ///< relative to the root and clean; "." is the root itself
    bool is_directory = false;
    std::string excluded_as{};  ///< the path that patterns of --exclude see; "": paths below the source alone
};

/// The files that a pattern (filepath.Match of Go, a component at a time) means, in the order of their names.
/// `deep`: `**` means any number of folders.
/// A pattern without wildcards that fits nothing throws NotFound; one with them gives none.
/// @throws Forbidden for a path that leads out of the root
std::vector<Source> select(int root, std::string_view pattern, bool deep = false);

/// Puts what a COPY would take into `hash`: names, types, modes, contents, links, but no times; owners when
/// `owners` is true. A file's content stands there as its digest, which is taken from `known` (may be null)
/// where that has it.
void hash_source(int root, const Source& source, const IgnoreRules& exclude, bool owners,
                 const KnownContents* known, store::Sha256& hash, const Cancellation& stop);

/// How many threads copy what is in a tree of which `known` (may be null) is known: one where files may have
/// several names.
std::size_t threads_for(const KnownContents* known);

struct CopyOptions {
    std::optional<Owner> owner;         ///< none: those of the source
    std::optional<std::uint32_t> mode;  ///< of every file and folder; none: those of the source
    IgnoreRules exclude;
    /// How many copy folders at once. With more than one, which files of several names stay one file depends
    /// on the order, where there are very many of them.
    std::size_t threads = 1;
};

/// Copies one source to `destination` of the root `to`. A folder's content goes into the destination, which
/// is made where it is missing; a file becomes the destination, or goes into it when it is a folder or ends
/// with a slash. What stands in the way of a file is replaced.
void copy_source(int from, const Source& source, int to, const std::string& destination,
                 const CopyOptions& options, const Cancellation& stop);

/// Makes the folders of `path` that are missing below `destination` of `to`, each as it is below `pivot` of
/// `from`: COPY --parents.
void copy_folders(int from, const std::string& pivot, const std::string& path, int to,
                  const std::string& destination, const CopyOptions& options, const Cancellation& stop);

/// Makes the folders of a path that are missing, mode 0755; gives the last one. @throws InvalidArgument when
/// a file is in the way
UniqueFd make_folders(int root, const std::string& path, const Owner& owner);

/// Where a file of the name `destination` goes: its folder (made where missing), and its name there. A link
/// at the destination is followed.
std::pair<UniqueFd, std::string> place_file(int root, const std::string& destination,
                                            std::string_view name_in_folder, const Owner& owner);

/// Removes a file or a whole tree of a folder; nothing happens when there is none.
void remove_entry(int folder, const std::string& name);

/// Whether a pattern has anything special in it.
bool has_wildcards(std::string_view pattern);

}  // namespace dhow::build::files
