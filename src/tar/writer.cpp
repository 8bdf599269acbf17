#include "tar/writer.hpp"

#include <array>

#include "base/error.hpp"
#include "tar/pax.hpp"

namespace dhow::tar {

namespace {

constexpr std::array<std::byte, 2 * tar_block> zeros{};
constexpr std::int64_t largest_octal_7 = (1 << 21) - 1;                 ///< what uid and gid can hold
constexpr std::int64_t largest_octal_11 = (std::int64_t{1} << 33) - 1;  ///< what size and mtime can hold
constexpr std::size_t name_size = 100;

char type_character(TarEntry::Type type) {
    switch (type) {
        case TarEntry::Type::hard_link:
            return '1';
        case TarEntry::Type::symlink:
            return '2';
        case TarEntry::Type::character:
            return '3';
        case TarEntry::Type::block:
            return '4';
        case TarEntry::Type::directory:
            return '5';
        case TarEntry::Type::fifo:
            return '6';
        default:
            return '0';
    }
}

/// The records for what the header has no room for, sorted by their keys.
std::string pax_records(const TarEntry& entry) {
    std::string records;
    for (const auto& [key, value] : entry.xattrs) records += pax_record("SCHILY.xattr." + key, value);
    if (entry.gid > largest_octal_7) records += pax_record("gid", std::to_string(entry.gid));
    if (entry.link.size() > name_size) records += pax_record("linkpath", entry.link);
    if (entry.mtime.tv_sec < 0 || entry.mtime.tv_sec > largest_octal_11)
        records += pax_record("mtime", std::to_string(entry.mtime.tv_sec));
    if (entry.path.size() > name_size) records += pax_record("path", entry.path);
    if (entry.payload > largest_octal_11) records += pax_record("size", std::to_string(entry.payload));
    if (entry.uid > largest_octal_7) records += pax_record("uid", std::to_string(entry.uid));
    return records;
}

}  // namespace

void TarWriter::write_header(const TarHeader& header) {
    std::array<std::byte, tar_block> block;
    write_tar_header(header, block);
    output_.write(block);
}

void TarWriter::begin(const TarEntry& entry) {
    if (auto records = pax_records(entry); !records.empty()) {
        auto size = static_cast<std::int64_t>(records.size());
        write_header({.name = "PaxHeaders.0", .mode = 0644, .size = size, .type = 'x'});
        output_.write(as_bytes(records));
        output_.write(Bytes(zeros).first(static_cast<std::size_t>(tar_padding(size))));
    }
    left_ = entry.type == TarEntry::Type::file ? entry.payload : 0;
    padding_ = tar_padding(left_);
    write_header({.name = entry.path.substr(0, name_size),
                  .link_name = entry.link.substr(0, name_size),
                  .mode = entry.mode,
                  .uid = entry.uid,
                  .gid = entry.gid,
                  .size = left_,
                  .mtime = entry.mtime.tv_sec,
                  .type = type_character(entry.type),
                  .major = entry.major,
                  .minor = entry.minor});
}

void TarWriter::write(Bytes payload) {
    output_.write(payload);
    left_ -= static_cast<std::int64_t>(payload.size());
}

void TarWriter::end() {
    if (left_ != 0) throw InternalError("a file changed its size while it was written into an archive");
    output_.write(Bytes(zeros).first(static_cast<std::size_t>(padding_)));
    padding_ = 0;
}

void TarWriter::file(const TarEntry& entry, std::string_view content) {
    TarEntry whole = entry;
    whole.size = whole.payload = static_cast<std::int64_t>(content.size());
    begin(whole);
    write(as_bytes(content));
    end();
}

void TarWriter::finish() { output_.write(zeros); }

}  // namespace dhow::tar
