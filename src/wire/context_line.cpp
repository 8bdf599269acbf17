#include "wire/context_line.hpp"

#include "base/error.hpp"
#include "base/packing.hpp"

namespace dhow::wire::context_line {

Header read_header(std::string_view bytes) {
    Unpacker in(bytes);
    auto kind = in.integer<std::uint8_t>();
    auto size = in.integer<std::uint32_t>();
    if (kind < static_cast<std::uint8_t>(Kind::dockerfile) || kind > static_cast<std::uint8_t>(Kind::failed))
        throw InvalidArgument("a frame of the unknown kind {}", kind);
    if (size > longest_frame) throw InvalidArgument("a frame of {} bytes is too long", size);
    return {static_cast<Kind>(kind), size};
}

std::string make_header(Kind kind, std::size_t size) {
    std::string header;
    pack(header, static_cast<std::uint8_t>(kind));
    pack(header, static_cast<std::uint32_t>(size));
    return header;
}

void put_frame(std::string& out, Kind kind, std::string_view payload) {
    out += make_header(kind, payload.size());
    out += payload;
}

void put_entry(std::string& payload, const Entry& entry) {
    pack(payload, entry.path);
    pack(payload, entry.mode);
    pack(payload, entry.size);
    pack(payload, entry.time);
    pack(payload, entry.inode);
    pack(payload, entry.changed);
    pack(payload, static_cast<std::uint8_t>(entry.settled));
    pack(payload, entry.link);
}

std::vector<Entry> read_entries(std::string_view payload) {
    std::vector<Entry> entries;
    for (Unpacker in(payload); !in.at_end();) {
        auto& entry = entries.emplace_back();
        entry.path = in.text();
        entry.mode = in.integer<std::uint32_t>();
        entry.size = in.integer<std::int64_t>();
        entry.time = in.integer<std::int64_t>();
        entry.inode = in.integer<std::uint64_t>();
        entry.changed = in.integer<std::int64_t>();
        entry.settled = in.integer<std::uint8_t>() != 0;
        entry.link = in.text();
        if (entry.size < 0) throw InvalidArgument("{:?} has the size {}", entry.path, entry.size);
    }
    return entries;
}

std::string pack_numbers(const std::vector<std::uint32_t>& numbers) {
    std::string payload;
    for (auto number : numbers) pack(payload, number);
    return payload;
}

std::vector<std::uint32_t> read_numbers(std::string_view payload) {
    std::vector<std::uint32_t> numbers;
    for (Unpacker in(payload); !in.at_end();) numbers.push_back(in.integer<std::uint32_t>());
    return numbers;
}

}  // namespace dhow::wire::context_line
