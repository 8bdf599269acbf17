#pragma once
// The extension headers in front of an entry: pax records ("25 path=...\n", POSIX.1-2017, pax) and GNU's long
// names; and the text forms of sparse maps that GNU tar keeps in pax records.

#include <cstdint>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tar/reader.hpp"

namespace dhow::tar {

/// What extension headers say of the entry that follows; it overrules the header's own fields.
struct TarExtensions {
    bool pax = false, long_name = false, long_link = false;  ///< which kinds were met: each may come once
    std::optional<std::string> path, link;
    std::optional<std::int64_t> size, uid, gid;
    std::optional<timespec> mtime;
    std::map<std::string, std::string> xattrs;
    std::string sparse_major, sparse_minor, sparse_name;
    std::optional<std::int64_t> sparse_size;
    std::vector<std::int64_t> sparse_numbers;  ///< offset, length, offset, length...

    bool any() const { return pax || long_name || long_link; }

    /// Reads the records of a pax header. @throws InvalidArgument
    void read_pax(std::string_view records);
};

/// A decimal number and nothing else, of 0 or more. @throws InvalidArgument that names `what`
std::int64_t parse_decimal(std::string_view text, std::string_view what);

/// "1700000000.123456789". @throws InvalidArgument
timespec parse_pax_time(std::string_view text);

/// Numbers in pairs as runs: in order, not overlapping, within `real_size`, `payload` bytes in all.
/// @throws InvalidArgument
std::vector<SparseRun> checked_runs(const std::vector<std::int64_t>& numbers, std::int64_t real_size,
                                    std::int64_t payload);

/// One record with its length in front. (write)
std::string pax_record(std::string_view key, std::string_view value);

}  // namespace dhow::tar
