#include "shim/server/log_file.hpp"

#include <array>
#include <cerrno>
#include <memory>

#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include "base/defer.hpp"
#include "base/error.hpp"
#include "base/units.hpp"
#include "shim/server/json_line.hpp"

namespace dhow::shim {

namespace {

constexpr std::size_t batch_limit = 64 << 10;

UniqueFd open_log(const std::filesystem::path& path, int flags) {
    return UniqueFd(
        check(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, 0640),
              "open the log {}", path.string()));
}

}  // namespace

LogFile::LogFile(std::filesystem::path path, LogLimits limits)
    : path_(std::move(path)), limits_(limits), file_(open_log(path_, 0)) {
    struct stat status{};
    check(::fstat(file_.get(), &status), "stat the log {}", path_.string());
    size_ = status.st_size;
}

void LogFile::append(std::string_view entry) noexcept {
    try {
        auto pending = static_cast<std::int64_t>(batch_.size());
        if (limits_.max_size >= 0 && size_ + pending >= limits_.max_size) {
            flush();
            if (size_ >= limits_.max_size) rotate();
        }
        batch_ += entry;
        ++batched_;
        if (batch_.size() >= batch_limit) flush();
    } catch (const SystemError& error) {
        lose(1, error.error());
    } catch (const std::exception&) {
        lose(1, ENOMEM);
    }
}

void LogFile::flush() noexcept {
    if (batch_.empty()) return;
    try {
        // In one piece with what comes next: else the report of a loss could fill the disk again.
        if (dropped_ > 0) batch_.insert(0, loss_report());
        write_out();
        dropped_ = 0;
    } catch (const SystemError& error) {
        lose(batched_, error.error());
    } catch (const std::exception&) {
        lose(batched_, ENOMEM);
    }
    batched_ = 0;
    if (batch_.capacity() > 2 * batch_limit) batch_ = {};
    batch_.clear();
}

void LogFile::write_out() {
    std::size_t done = 0;
    while (done < batch_.size()) {
        auto wrote = ::write(file_.get(), batch_.data() + done, batch_.size() - done);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) {
            int error = errno;
            // Half an entry would make the file unreadable from there on.
            if (done > 0 && ::ftruncate(file_.get(), size_) < 0) size_ += static_cast<std::int64_t>(done);
            throw SystemError(error, "write the log");
        }
        done += static_cast<std::size_t>(wrote);
    }
    size_ += static_cast<std::int64_t>(batch_.size());
}

void LogFile::lose(std::uint64_t entries, int error) noexcept {
    dropped_ += entries;
    error_ = error;
}

std::string LogFile::loss_report() const {
    std::string entry;
    auto text = fmt::format("dhow: {} lines of this log are lost: {}", dropped_, errno_text(error_));
    append_json_line(entry, text, true, "stderr", format_timestamp(now()));
    return entry;
}

void LogFile::rotate() {
    auto numbered = [&](int number) {
        return fmt::format("{}.{}{}", path_.string(), number, limits_.compress ? ".gz" : "");
    };
    if (limits_.max_files < 2) {
        check(::ftruncate(file_.get(), 0), "empty the log {}", path_.string());
        size_ = 0;
        return;
    }
    for (int number = limits_.max_files - 1; number > 1; --number)
        if (::rename(numbered(number - 1).c_str(), numbered(number).c_str()) < 0 && errno != ENOENT)
            throw_errno(fmt::format("rotate {}", path_.string()));
    auto full = path_.string() + ".1";
    if (::rename(path_.c_str(), full.c_str()) < 0 && errno != ENOENT)
        throw_errno(fmt::format("rotate {}", path_.string()));
    file_ = open_log(path_, O_TRUNC);
    size_ = 0;
    if (!limits_.compress) return;
    try {
        gzip_file(full, numbered(1));
    } catch (const Error&) {
        // It stays readable as it is: a full disk must not cost the entries that come next.
    }
}

void gzip_file(const std::filesystem::path& source, const std::filesystem::path& target) {
    UniqueFd in(check(::open(source.c_str(), O_RDONLY | O_CLOEXEC), "open {}", source.string()));
    UniqueFd out(check(::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640), "open {}",
                       target.string()));
    Defer remove_target([&] { ::unlink(target.c_str()); });
    gzFile stream = ::gzdopen(out.get(), "wb6");
    if (!stream) throw InternalError("compress {}: out of memory", source.string());
    (void)out.release();
    Defer close_stream([&] { ::gzclose(stream); });
    constexpr std::size_t block = 64 << 10;
    auto buffer = std::make_unique<char[]>(block);
    while (auto got = check(::read(in.get(), buffer.get(), block), "read {}", source.string()))
        if (::gzwrite(stream, buffer.get(), static_cast<unsigned>(got)) != got)
            throw SystemError(errno != 0 ? errno : EIO, fmt::format("compress {}", source.string()));
    close_stream.cancel();
    if (::gzclose(stream) != Z_OK) throw SystemError(EIO, fmt::format("compress {}", source.string()));
    remove_target.cancel();
    check(::unlink(source.c_str()), "remove {}", source.string());
}

}  // namespace dhow::shim
