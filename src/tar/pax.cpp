#include "tar/pax.hpp"

#include <charconv>

#include "base/error.hpp"

namespace dhow::tar {

std::int64_t parse_decimal(std::string_view text, std::string_view what) {
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0)
        throw InvalidArgument("the tar is damaged: {} \"{}\" is no number", what, text.substr(0, 64));
    return value;
}

timespec parse_pax_time(std::string_view text) {
    bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    auto dot = text.find('.');
    timespec time{parse_decimal(text.substr(0, dot), "the time"), 0};
    if (dot != text.npos) {
        std::string fraction(text.substr(dot + 1, 9));
        fraction.resize(9, '0');
        time.tv_nsec = parse_decimal(fraction, "the time");
    }
    if (!negative) return time;
    time.tv_sec = -time.tv_sec;
    if (time.tv_nsec > 0) {
        --time.tv_sec;
        time.tv_nsec = 1'000'000'000 - time.tv_nsec;
    }
    return time;
}

namespace {

constexpr std::string_view xattr_prefix = "SCHILY.xattr.";

std::string checked_text(std::string_view key, std::string_view value) {
    if (value.find('\0') != value.npos)
        throw InvalidArgument("the tar is damaged: its record \"{}\" holds a NUL", key.substr(0, 64));
    return std::string(value);
}

void add_sparse_map(std::string_view text, std::vector<std::int64_t>& numbers) {
    for (std::size_t start = 0; start <= text.size() && !text.empty();) {
        auto end = std::min(text.find(',', start), text.size());
        numbers.push_back(parse_decimal(text.substr(start, end - start), "a sparse map"));
        start = end + 1;
    }
}

void apply_record(TarExtensions& extensions, std::string_view key, std::string_view value) {
    if (key.starts_with(xattr_prefix)) {
        extensions.xattrs[checked_text(key, key.substr(xattr_prefix.size()))] = value;
        return;
    }
    // An empty value takes a global one back; those are not obeyed, so there is nothing to take back.
    if (value.empty()) return;
    if (key == "path")
        extensions.path = checked_text(key, value);
    else if (key == "linkpath")
        extensions.link = checked_text(key, value);
    else if (key == "size")
        extensions.size = parse_decimal(value, key);
    else if (key == "uid")
        extensions.uid = parse_decimal(value, key);
    else if (key == "gid")
        extensions.gid = parse_decimal(value, key);
    else if (key == "mtime")
        extensions.mtime = parse_pax_time(value);
    else if (key == "GNU.sparse.major")
        extensions.sparse_major = value;
    else if (key == "GNU.sparse.minor")
        extensions.sparse_minor = value;
    else if (key == "GNU.sparse.name")
        extensions.sparse_name = checked_text(key, value);
    else if (key == "GNU.sparse.realsize" || key == "GNU.sparse.size")
        extensions.sparse_size = parse_decimal(value, key);
    else if (key == "GNU.sparse.map")
        add_sparse_map(value, extensions.sparse_numbers);
    else if (key == "GNU.sparse.offset" || key == "GNU.sparse.numbytes")
        extensions.sparse_numbers.push_back(parse_decimal(value, key));
}

}  // namespace

void TarExtensions::read_pax(std::string_view records) {
    while (!records.empty()) {
        auto space = records.find(' ');
        if (space == records.npos || space == 0 || space > 10)
            throw InvalidArgument("the tar is damaged: a pax record without length");
        auto length =
            static_cast<std::size_t>(parse_decimal(records.substr(0, space), "the length of a record"));
        if (length <= space + 1 || length > records.size() || records[length - 1] != '\n')
            throw InvalidArgument("the tar is damaged: a pax record of a wrong length");
        auto record = records.substr(space + 1, length - space - 2);
        auto equals = record.find('=');
        if (equals == record.npos || equals == 0)
            throw InvalidArgument("the tar is damaged: a pax record without name");
        apply_record(*this, record.substr(0, equals), record.substr(equals + 1));
        records.remove_prefix(length);
    }
}

std::vector<SparseRun> checked_runs(const std::vector<std::int64_t>& numbers, std::int64_t real_size,
                                    std::int64_t payload) {
    if (numbers.size() % 2 != 0) throw InvalidArgument("the tar is damaged: half a sparse map");
    std::vector<SparseRun> runs;
    std::int64_t end = 0, total = 0;
    for (std::size_t i = 0; i < numbers.size(); i += 2) {
        SparseRun run{numbers[i], numbers[i + 1]};
        if (run.offset < end || run.length < 0 || run.offset > real_size ||
            run.length > real_size - run.offset)
            throw InvalidArgument("the tar is damaged: a sparse map that lies");
        end = run.offset + run.length;
        total += run.length;
        if (run.length > 0) runs.push_back(run);
    }
    if (total != payload) throw InvalidArgument("the tar is damaged: a sparse map that lies");
    return runs;
}

std::string pax_record(std::string_view key, std::string_view value) {
    // The length counts its own digits.
    std::size_t rest = key.size() + value.size() + 3, length = rest;
    for (std::size_t before = 0; before != length;) {
        before = length;
        length = rest + std::to_string(length).size();
    }
    return fmt::format("{} {}={}\n", length, key, value);
}

}  // namespace dhow::tar
