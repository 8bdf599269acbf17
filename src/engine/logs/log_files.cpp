#include "engine/logs/log_files.hpp"

#include <algorithm>

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

std::uint64_t count_lines(const std::filesystem::path& path) {
    LogFileReader reader(path);
    std::uint64_t lines = 0;
    while (reader.next_line()) ++lines;
    return lines;
}

}  // namespace

void LogFileReader::CloseGzip::operator()(gzFile_s* file) const { ::gzclose_r(file); }

LogFileReader::LogFileReader(const std::filesystem::path& path)
    : file_(check(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "open {}", path.string())) {
    if (path.extension() != ".gz") return;
    gzip_.reset(::gzdopen(file_.get(), "rb"));
    if (!gzip_) throw InternalError("read {}: out of memory", path.string());
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
            return line;
        }
        if (!fill()) return std::nullopt;
    }
}

bool LogFileReader::is(const std::filesystem::path& path) const {
    struct stat own, other;
    if (gzip_ || ::fstat(file_.get(), &own) < 0 || ::stat(path.c_str(), &other) < 0) return false;
    return own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

std::vector<std::filesystem::path> log_files(const std::filesystem::path& path) {
    std::vector<std::filesystem::path> files;
    std::error_code absent;
    if (std::filesystem::exists(path, absent)) files.push_back(path);
    for (int number = 1;; ++number) {
        std::filesystem::path plain = path.string() + "." + std::to_string(number);
        std::filesystem::path packed = plain.string() + ".gz";
        // While one is being compressed both exist: the plain one is whole.
        if (std::filesystem::exists(plain, absent))
            files.push_back(plain);
        else if (std::filesystem::exists(packed, absent))
            files.push_back(packed);
        else
            break;
    }
    std::ranges::reverse(files);
    return files;
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

LogReader::LogReader(std::filesystem::path path, std::optional<std::uint64_t> tail) : path_(std::move(path)) {
    if (tail)
        start_at_tail(*tail);
    else if (auto files = log_files(path_); !files.empty())
        current_.emplace(files.front());
}

void LogReader::start_at_tail(std::uint64_t lines) {
    auto files = log_files(path_);
    std::uint64_t found = 0;
    for (auto file = files.rbegin(); file != files.rend(); ++file) {
        auto here = count_lines(*file);
        found += here;
        bool is_oldest = std::next(file) == files.rend();
        if (found < lines && !is_oldest) continue;
        current_.emplace(*file);
        for (auto skipped = found > lines ? found - lines : 0; skipped > 0; --skipped)
            if (auto line = current_->next_line())
                if (auto entry = parse_log_entry(*line)) last_time_ = entry->time;
        return;
    }
}

bool LogReader::move_on() {
    auto files = log_files(path_);
    if (files.empty()) return false;
    if (current_) {
        if (current_->is(path_)) return false;
        // Rotated away, perhaps with more written before: once more to its end.
        if (!std::exchange(drained_, true)) return true;
    }
    drained_ = false;
    auto same = std::ranges::find_if(files, [&](const auto& file) { return current_ && current_->is(file); });
    if (same != files.end()) {
        current_.emplace(*std::next(same));
        return true;
    }
    // Ours was compressed or deleted: what follows is the first file with something newer.
    for (const auto& file : files) {
        LogFileReader candidate(file);
        auto line = candidate.next_line();
        auto entry = line ? parse_log_entry(*line) : std::nullopt;
        if (file != path_ && (!entry || entry->time <= last_time_)) continue;
        current_.emplace(file);
        return true;
    }
    return false;
}

std::optional<LogEntry> LogReader::next() {
    while (true) {
        while (auto line = current_ ? current_->next_line() : std::nullopt) {
            auto entry = parse_log_entry(*line);
            if (!entry) continue;
            last_time_ = entry->time;
            return entry;
        }
        try {
            if (!move_on()) return std::nullopt;
        } catch (const SystemError& error) {
            // A file that was rotated away between the look and the opening: look again the next time.
            if (!error.is(std::errc::no_such_file_or_directory)) throw;
            return std::nullopt;
        }
    }
}

}  // namespace dhow::engine
