#pragma once
// X-Docker-Container-Path-Stat of HEAD and GET /containers/{id}/archive: what is at a path, as base64 of
// JSON.

#include <cstdint>
#include <string>

#include <sys/stat.h>

#include "wire/codec.hpp"

namespace dhow::wire {

/// Go's os.FileMode beside its permission bits.
namespace file_mode {
inline constexpr std::uint32_t directory = 1U << 31, symlink = 1U << 27, device = 1U << 26, fifo = 1U << 25,
                               socket = 1U << 24, setuid = 1U << 23, setgid = 1U << 22, character = 1U << 21,
                               sticky = 1U << 20;
}  // namespace file_mode

/// st_mode as Go writes it.
constexpr std::uint32_t to_file_mode(unsigned mode) {
    std::uint32_t result = mode & 0777;
    if (S_ISDIR(mode)) result |= file_mode::directory;
    if (S_ISLNK(mode)) result |= file_mode::symlink;
    if (S_ISBLK(mode)) result |= file_mode::device;
    if (S_ISCHR(mode)) result |= file_mode::device | file_mode::character;
    if (S_ISFIFO(mode)) result |= file_mode::fifo;
    if (S_ISSOCK(mode)) result |= file_mode::socket;
    if (mode & S_ISUID) result |= file_mode::setuid;
    if (mode & S_ISGID) result |= file_mode::setgid;
    if (mode & S_ISVTX) result |= file_mode::sticky;
    return result;
}

struct ContainerPathStat {
    std::string name;
    std::int64_t size = 0;
    std::uint32_t mode = 0;  ///< of file_mode
    std::string mtime;       ///< RFC 3339
    std::string link_target;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::ContainerPathStat> {
    static constexpr auto list = std::tuple{
        member("name", &wire::ContainerPathStat::name), member("size", &wire::ContainerPathStat::size),
        member("mode", &wire::ContainerPathStat::mode), member("mtime", &wire::ContainerPathStat::mtime),
        member("linkTarget", &wire::ContainerPathStat::link_target)};
};

}  // namespace dhow::json
