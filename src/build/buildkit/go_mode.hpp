#pragma once
// os.FileMode of Go, in which fsutil speaks of files.

#include <cstdint>

namespace dhow::build::buildkit::go_mode {

constexpr std::uint32_t directory = 1U << 31;
constexpr std::uint32_t symlink = 1U << 27;
constexpr std::uint32_t device = 1U << 26;
constexpr std::uint32_t named_pipe = 1U << 25;
constexpr std::uint32_t socket = 1U << 24;
constexpr std::uint32_t set_uid = 1U << 23;
constexpr std::uint32_t set_gid = 1U << 22;
constexpr std::uint32_t char_device = 1U << 21;
constexpr std::uint32_t sticky = 1U << 20;
constexpr std::uint32_t irregular = 1U << 19;
constexpr std::uint32_t type = directory | symlink | device | named_pipe | socket | char_device | irregular;
constexpr std::uint32_t permissions = 0777;

}  // namespace dhow::build::buildkit::go_mode
