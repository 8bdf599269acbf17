#pragma once
// Small steps on files that the store and the images share.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "store/hash.hpp"

namespace dhow::store {

/// Makes a directory of mode 0700 unless it is there.
void make_private_directory(const std::filesystem::path& path, unsigned mode = 0700);

/// Makes a directory's entries (creations, renames) durable.
void sync_directory(const std::filesystem::path& path);

/// Writes all of it, or throws SystemError that names `what`.
void write_all(int fd, Bytes bytes, std::string_view what);

/// Reads a descriptor to its end. @throws InvalidArgument when it holds more than `limit` bytes
std::string read_all(int fd, std::int64_t limit, std::string_view what);

}  // namespace dhow::store
