#include "tar/reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "base/error.hpp"
#include "tar/pax.hpp"

namespace dhow::tar {

namespace {

constexpr std::size_t buffer_size = 256 << 10;

bool is_zero(Bytes bytes) {
    return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

std::uint32_t checked_owner(std::int64_t id) {
    // (uid_t)-1 means "leave it" to chown(2), and what is beyond would wrap to somebody else.
    if (id < 0 || id >= std::numeric_limits<std::uint32_t>::max())
        throw InvalidArgument("the tar holds an owner out of range: {}", id);
    return static_cast<std::uint32_t>(id);
}

TarEntry::Type type_of(const TarHeader& header) {
    switch (header.type) {
        case '0':
        case 'S':
            return TarEntry::Type::file;
        case '1':
            return TarEntry::Type::hard_link;
        case '2':
            return TarEntry::Type::symlink;
        case '3':
            return TarEntry::Type::character;
        case '4':
            return TarEntry::Type::block;
        case '5':
            return TarEntry::Type::directory;
        case '6':
            return TarEntry::Type::fifo;
        default:
            throw InvalidArgument("the tar holds an entry of an unknown type '{}': \"{}\"", header.type,
                                  header.name);
    }
}

}  // namespace

TarReader::TarReader(Source& source, TarObserver* observer, Limits limits)
    : source_(source), observer_(observer), limits_(limits), buffer_(buffer_size) {}

bool TarReader::fill() {
    if (begin_ == end_) begin_ = end_ = 0;
    if (end_ == buffer_.size()) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    auto count = source_.read(std::span(buffer_).subspan(end_));
    end_ += count;
    return count > 0;
}

Bytes TarReader::need(std::size_t count) {
    while (end_ - begin_ < count)
        if (!fill()) throw InvalidArgument("the tar ends too early");
    Bytes bytes = Bytes(buffer_).subspan(begin_, count);
    begin_ += count;
    return bytes;
}

Bytes TarReader::block() {
    Bytes bytes = need(tar_block);
    show(bytes);
    return bytes;
}

Bytes TarReader::take(bool unseen) {
    if (left_ == 0) return {};
    if (begin_ == end_ && !fill()) throw InvalidArgument("the tar ends too early");
    auto count = std::min(end_ - begin_, static_cast<std::size_t>(left_));
    Bytes bytes = Bytes(buffer_).subspan(begin_, count);
    begin_ += count;
    left_ -= static_cast<std::int64_t>(count);
    if (!unseen) show(bytes);
    return bytes;
}

void TarReader::finish_payload() {
    while (!take().empty()) {
    }
    if (padding_ > 0) show(need(static_cast<std::size_t>(padding_)));
    padding_ = 0;
}

void TarReader::finish_archive() {
    // The first block of zeros was taken. One alone in the middle is where readers differ.
    if (begin_ == end_ && !fill()) return;
    if (!is_zero(block())) throw InvalidArgument("the tar is damaged: it goes on behind its end");
    while (begin_ != end_ || fill()) {
        show(Bytes(buffer_).subspan(begin_, end_ - begin_));
        begin_ = end_;
    }
}

std::string TarReader::extension_payload(const TarHeader& header) {
    if (header.size > limits_.extension)
        throw InvalidArgument("the tar holds an extension header of {} bytes; at most {} are taken",
                              header.size, limits_.extension);
    std::string content;
    left_ = header.size;
    padding_ = tar_padding(header.size);
    for (Bytes bytes = take(); !bytes.empty(); bytes = take())
        content.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    finish_payload();
    return content;
}

bool TarReader::read_extension(const TarHeader& header, TarExtensions& extensions) {
    auto once = [](bool& met) {
        if (met) throw InvalidArgument("the tar is damaged: two extension headers for one entry");
        met = true;
    };
    auto name = [&] {
        std::string text = extension_payload(header);
        return text.substr(0, text.find('\0'));
    };
    switch (header.type) {
        case 'x':
            once(extensions.pax);
            extensions.read_pax(extension_payload(header));
            return true;
        case 'g':  // as docker: read over
            extension_payload(header);
            return true;
        case 'L':
            once(extensions.long_name);
            if (!extensions.path)
                extensions.path = name();
            else
                extension_payload(header);
            return true;
        case 'K':
            once(extensions.long_link);
            if (!extensions.link)
                extensions.link = name();
            else
                extension_payload(header);
            return true;
        default:
            return false;
    }
}

bool TarReader::next(TarEntry& entry) {
    finish_payload();
    entry = {};
    TarExtensions extensions;
    while (true) {
        if (begin_ == end_ && !fill()) {
            if (extensions.any()) throw InvalidArgument("the tar ends too early");
            return false;
        }
        Bytes bytes = block();
        auto header = parse_tar_header(bytes);
        if (!header) {
            if (extensions.any())
                throw InvalidArgument("the tar is damaged: an extension header without entry");
            finish_archive();
            return false;
        }
        if (read_extension(*header, extensions)) continue;
        // The block is looked into before more is read, which would move it.
        std::array<std::byte, tar_block> copy;
        std::ranges::copy(bytes, copy.begin());
        begin_entry(entry, *header, extensions);
        if (header->type == 'S') read_old_sparse(entry, copy);
        return true;
    }
}

void TarReader::begin_entry(TarEntry& entry, const TarHeader& header, const TarExtensions& extensions) {
    entry.type = type_of(header);
    entry.path = extensions.path.value_or(header.name);
    entry.link = extensions.link.value_or(header.link_name);
    entry.mode = header.mode & 07777;
    entry.uid = checked_owner(extensions.uid.value_or(header.uid));
    entry.gid = checked_owner(extensions.gid.value_or(header.gid));
    entry.mtime = extensions.mtime.value_or(timespec{header.mtime, 0});
    entry.major = header.major;
    entry.minor = header.minor;
    entry.xattrs = extensions.xattrs;
    // Only files have content; of what others claim in this field readers make different things, docker
    // nothing.
    bool file = entry.type == TarEntry::Type::file;
    entry.size = entry.payload = file ? extensions.size.value_or(header.size) : 0;
    left_ = entry.payload;
    padding_ = tar_padding(entry.payload);
    if (file &&
        (extensions.sparse_size || !extensions.sparse_numbers.empty() || !extensions.sparse_major.empty()))
        read_pax_sparse(entry, extensions);
    // Tars older than POSIX have no type for directories; what payload one claims to have is read over.
    if (file && entry.path.ends_with('/')) entry.type = TarEntry::Type::directory;
}

void TarReader::read_old_sparse(TarEntry& entry, Bytes header_block) {
    std::vector<std::int64_t> numbers;
    auto add = [&](Bytes bytes, std::size_t offset, int count) {
        for (int i = 0; i < count; ++i, offset += 24) {
            if (bytes[offset] == std::byte{0}) return;
            numbers.push_back(parse_tar_number(bytes.subspan(offset, 12)));
            numbers.push_back(parse_tar_number(bytes.subspan(offset + 12, 12)));
        }
    };
    add(header_block, 386, 4);
    bool more = header_block[482] != std::byte{0};
    entry.size = parse_tar_number(header_block.subspan(483, 12));
    while (more) {
        Bytes bytes = block();
        add(bytes, 0, 21);
        more = bytes[504] != std::byte{0};
        if (numbers.size() / 2 > limits_.sparse_runs)
            throw InvalidArgument("the tar holds a sparse map that is too long");
    }
    entry.sparse = true;
    entry.runs = checked_runs(numbers, entry.size, entry.payload);
}

std::string TarReader::payload_line(std::int64_t& used) {
    std::string line;
    while (true) {
        if (begin_ == end_ && !fill()) throw InvalidArgument("the tar ends too early");
        if (left_ == 0 || line.size() > 20)
            throw InvalidArgument("the tar is damaged: a sparse map without end");
        Bytes byte = need(1);
        show(byte);
        --left_;
        ++used;
        if (byte[0] == std::byte{'\n'}) return line;
        line += static_cast<char>(byte[0]);
    }
}

void TarReader::read_pax_sparse(TarEntry& entry, const TarExtensions& extensions) {
    std::vector<std::int64_t> numbers = extensions.sparse_numbers;
    std::int64_t real_size = extensions.sparse_size.value_or(entry.size);
    if (!extensions.sparse_name.empty()) entry.path = extensions.sparse_name;
    if (extensions.sparse_major == "1") {
        // Format 1.0 keeps the map in front of the data: a count, then numbers, a line each, padded to a
        // block.
        numbers.clear();
        std::int64_t used = 0;
        auto count = static_cast<std::size_t>(parse_decimal(payload_line(used), "a sparse map"));
        if (count > limits_.sparse_runs) throw InvalidArgument("the tar holds a sparse map that is too long");
        for (std::size_t i = 0; i < 2 * count; ++i)
            numbers.push_back(parse_decimal(payload_line(used), "a sparse map"));
        std::int64_t rest = tar_padding(used);
        if (rest > left_) throw InvalidArgument("the tar is damaged: a sparse map without end");
        if (rest > 0) show(need(static_cast<std::size_t>(rest)));
        left_ -= rest;
        entry.payload = left_;
    }
    entry.size = real_size;
    entry.sparse = true;
    entry.runs = checked_runs(numbers, real_size, entry.payload);
}

}  // namespace dhow::tar
