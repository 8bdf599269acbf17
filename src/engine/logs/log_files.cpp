#include "engine/logs/log_files.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/error.hpp"
#include "base/json.hpp"

namespace dhow::engine {

namespace {

constexpr std::size_t block_size = 64 << 10;
/// A line longer than this was written by nobody of ours; it is cut, so that no log can fill the memory.
constexpr std::size_t longest_line = 8 << 20;

std::uint64_t count_lines(LogFileReader& reader) {
    std::uint64_t lines = 0;
    while (reader.next_line()) ++lines;
    return lines;
}

std::optional<LogFileReader> open_log_file(const std::filesystem::path& path, bool compressed) {
    UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file && errno == ENOENT) return std::nullopt;
    check(file.get(), "open {}", path.string());
    return LogFileReader(std::move(file), compressed);
}

/// While a file is being compressed both exist: the plain one is whole.
std::optional<LogFileReader> open_rotated(const std::filesystem::path& path, int number) {
    auto plain = fmt::format("{}.{}", path.string(), number);
    if (auto file = open_log_file(plain, false)) return file;
    return open_log_file(plain + ".gz", true);
}

/// Opens the files of a log from the newest to the oldest, into `files` with the oldest in front, until one
/// is `enough`. False when a rotation came between, so that their order is not sure.
template <typename Enough>
bool try_open_files(const std::filesystem::path& path, Enough enough, std::deque<LogFileReader>& files) {
    files.clear();
    bool has_newest = false;
    constexpr int most_holes = 1;  // in the middle of a rotation one number is empty
    for (int number = 0, holes = 0; holes <= most_holes; ++number) {
        auto file = number == 0 ? open_log_file(path, false) : open_rotated(path, number);
        if (!file) {
            ++holes;
            continue;
        }
        holes = 0;
        if (number == 0) has_newest = true;
        if (!files.empty() && files.front().is(*file)) return false;
        if (enough(*file)) break;
        files.push_front(std::move(*file));
    }
    if (!has_newest) return ::access(path.c_str(), F_OK) != 0;
    return files.empty() || files.back().is(path);
}

template <typename Enough>
std::deque<LogFileReader> open_files(const std::filesystem::path& path, Enough enough) {
    std::deque<LogFileReader> files;
    constexpr int most_attempts = 100;
    for (int attempt = 0; attempt < most_attempts && !try_open_files(path, enough, files); ++attempt)
        continue;
    return files;
}

}  // namespace

void LogFileReader::CloseGzip::operator()(gzFile_s* file) const { ::gzclose_r(file); }

LogFileReader::LogFileReader(UniqueFd file, bool compressed) : file_(std::move(file)) {
    struct stat info;
    check(::fstat(file_.get(), &info), "stat a log");
    device_ = info.st_dev;
    inode_ = info.st_ino;
    if (!compressed) return;
    gzip_.reset(::gzdopen(file_.get(), "rb"));
    if (!gzip_) throw InternalError("read a log: out of memory");
    (void)file_.release();
}

bool LogFileReader::fill() {
    buffer_.erase(0, std::exchange(begin_, 0));
    auto kept = buffer_.size();
    if (kept > longest_line) kept = 0;
    buffer_.resize(kept + block_size);
    ssize_t count = 0;
    if (gzip_) {
        count = ::gzread(gzip_.get(), buffer_.data() + kept, block_size);
    } else {
        struct stat info;
        check(::fstat(file_.get(), &info), "stat a log");
        if (info.st_size < offset_) {
            offset_ = 0;
            kept = 0;
        }
        count = check(::pread(file_.get(), buffer_.data() + kept, block_size, offset_), "read a log");
        offset_ += count;
    }
    buffer_.resize(kept + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return count > 0;
}

std::optional<std::string> LogFileReader::next_line() {
    while (true) {
        auto end = buffer_.find('\n', begin_);
        if (end != std::string::npos) {
            auto line = buffer_.substr(begin_, end - begin_);
            begin_ = end + 1;
            if (!std::exchange(any_line_, true)) first_line_ = line;
            return line;
        }
        if (!fill()) return std::nullopt;
    }
}

void LogFileReader::rewind() {
    buffer_.clear();
    begin_ = 0;
    offset_ = 0;
    if (gzip_) ::gzrewind(gzip_.get());
}

bool LogFileReader::is(const std::filesystem::path& path) const {
    struct stat other;
    return ::stat(path.c_str(), &other) == 0 && device_ == other.st_dev && inode_ == other.st_ino;
}

bool LogFileReader::is(const LogFileReader& other) const {
    return device_ == other.device_ && inode_ == other.inode_;
}

std::optional<LogEntry> parse_log_entry(const std::string& line) {
    try {
        auto value = json::parse(line);
        const auto* object = value.if_object();
        if (!object) return std::nullopt;
        LogEntry entry;
        if (const auto* log = object->if_contains("log"); log && log->is_string())
            entry.text = std::string_view(log->get_string());
        if (const auto* stream = object->if_contains("stream"); stream && stream->is_string())
            entry.err = stream->get_string() == "stderr";
        if (const auto* time = object->if_contains("time"); time && time->is_string())
            entry.time = parse_timestamp(std::string_view(time->get_string()));
        return entry;
    } catch (const Error&) {
        return std::nullopt;
    }
}

LogReader::LogReader(std::filesystem::path path, std::optional<std::uint64_t> tail)
    : path_(std::move(path)), files_(open_files(path_, [](const LogFileReader&) { return false; })) {
    if (tail) skip_to_tail(*tail);
}

void LogReader::skip_to_tail(std::uint64_t lines) {
    std::uint64_t found = 0;
    auto first = files_.size();
    while (first > 0 && found < std::max<std::uint64_t>(lines, 1)) found += count_lines(files_[--first]);
    files_.erase(files_.begin(), files_.begin() + static_cast<std::ptrdiff_t>(first));
    for (auto& file : files_) file.rewind();
    if (files_.empty()) return;
    for (auto skipped = found > lines ? found - lines : 0; skipped > 0; --skipped)
        if (auto line = files_.front().next_line())
            if (auto entry = parse_log_entry(*line)) last_time_ = entry->time;
}

/// When the file that is read was compressed it is another file of the same lines; when it was deleted, so
/// were all that are older.
bool LogReader::is_current_or_older(LogFileReader& file) {
    if (files_.empty()) return false;
    const auto& current = files_.front();
    if (file.is(current)) return true;
    auto line = file.next_line();
    file.rewind();
    if (!line) return file.compressed();  // it is just being made of one that was seen
    auto entry = parse_log_entry(*line);
    return *line == current.first_line() || (entry && entry->time < last_time_);
}

bool LogReader::move_on() {
    if (files_.size() > 1) {
        files_.pop_front();
        return true;
    }
    if (!files_.empty()) {
        if (files_.front().is(path_)) return false;
        // Rotated away, perhaps with more written before: once more to its end.
        if (!std::exchange(drained_, true)) return true;
    }
    auto newer = open_files(path_, [this](LogFileReader& file) { return is_current_or_older(file); });
    if (newer.empty()) return false;
    drained_ = false;
    files_ = std::move(newer);
    return true;
}

std::optional<LogEntry> LogReader::next() {
    do {
        while (auto line = files_.empty() ? std::nullopt : files_.front().next_line()) {
            auto entry = parse_log_entry(*line);
            if (!entry) continue;
            last_time_ = entry->time;
            return entry;
        }
    } while (move_on());
    return std::nullopt;
}

}  // namespace dhow::engine
