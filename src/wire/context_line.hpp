#pragma once
// POST /build/context, dhow's own: how `dhow build` brings a folder to the daemon, and only what changed
// since the last time. The connection is taken over; from then on both ends send frames: 1 byte kind, 4
// length (little-endian), payload.
//
//     client                               daemon
//     dockerfile, ignore (where the former is not in the folder)
//     entries ...  what there is
//     described
//                                          wanted ...  the numbers of entries, whose content is to come
//                                          described
//     content ...  in the order in which they are wanted
//                                          received  the id that POST /build names the folder by
//
// or, at any time, `failed` by the daemon, and the end. The folder is there as long as the connection is.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::wire::context_line {

enum class Kind : std::uint8_t {
    dockerfile = 1,  ///< the Dockerfile's text
    ignore = 2,      ///< the .dockerignore's text
    entries = 3,     ///< some entries, packed
    described = 4,   ///< that was the last
    wanted = 5,      ///< numbers of 4 bytes: how many entries came before
    content = 6,     ///< bytes: of the file at hand until it has its size, then of the next
    received = 7,    ///< all is here
    failed = 8,      ///< a number of 4 bytes, as the status of an answer; a message
};

/// The longest payload: a Dockerfile may be that long.
constexpr std::uint32_t longest_frame = 4 << 20;
constexpr std::size_t header_size = 5;

struct Header {
    Kind kind;
    std::uint32_t size;
};

/// @throws InvalidArgument for a kind that there is not, and a size beyond the longest
Header read_header(std::string_view bytes);

/// What stands in front of a payload.
std::string make_header(Kind kind, std::size_t size);

/// Appends a frame.
void put_frame(std::string& out, Kind kind, std::string_view payload);

/// A file or folder. A folder comes before what is in it.
struct Entry {
    std::string path;        ///< relative: "a/b"
    std::uint32_t mode = 0;  ///< st_mode
    std::int64_t size = 0;
    std::int64_t time = 0;     ///< mtime, in nanoseconds
    std::uint64_t inode = 0;   ///< this and the next say that it is the same file as before
    std::int64_t changed = 0;  ///< ctime, in nanoseconds
    bool settled = true;       ///< false: so young that another change may leave the same times
    std::string link;          ///< where a symbolic link leads
};

void put_entry(std::string& payload, const Entry& entry);
/// @throws InvalidArgument
std::vector<Entry> read_entries(std::string_view payload);

std::string pack_numbers(const std::vector<std::uint32_t>& numbers);
/// @throws InvalidArgument
std::vector<std::uint32_t> read_numbers(std::string_view payload);

}  // namespace dhow::wire::context_line
