#include "engine/logs/log_stream.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/inotify.h>

#include "base/error.hpp"
#include "engine/logs/log_files.hpp"

namespace dhow::engine {

namespace {

constexpr std::size_t chunk_size = 64 << 10;

/// docker's frame: 1 byte stream, 3 zero, 4 length in big-endian.
void append_frame(std::string& out, bool err, std::string_view payload) {
    auto size = static_cast<std::uint32_t>(payload.size());
    const char header[8] = {err ? '\2' : '\1',
                            0,
                            0,
                            0,
                            static_cast<char>(size >> 24),
                            static_cast<char>(size >> 16),
                            static_cast<char>(size >> 8),
                            static_cast<char>(size)};
    out.append(header, sizeof header);
    out += payload;
}

/// The part that runs on the pool: entries to bytes of the stream. One thread at a time.
class Formatter {
  public:
    Formatter(std::filesystem::path path, LogsQuery query, bool tty)
        : query_(query), tty_(tty), reader_(std::move(path), query.tail) {}

    struct Chunk {
        std::string bytes;
        bool past_end = false;  ///< `until` was reached
    };

    Chunk read() {
        Chunk chunk;
        while (chunk.bytes.size() < chunk_size) {
            auto entry = reader_.next();
            if (!entry) break;
            if (query_.until && entry->time > *query_.until) {
                chunk.past_end = true;
                break;
            }
            if (query_.since && entry->time < *query_.since) continue;
            if (entry->err ? !query_.err : !query_.out) continue;
            append(chunk.bytes, *entry);
        }
        return chunk;
    }

  private:
    void append(std::string& out, const LogEntry& entry) const {
        std::string line;
        if (query_.timestamps) line = format_timestamp_fixed(entry.time) + " ";
        if (query_.details) line += " ";
        line += entry.text;
        if (tty_)
            out += line;
        else
            append_frame(out, entry.err, line);
    }

    LogsQuery query_;
    bool tty_;
    LogReader reader_;
};

class Stream final : public LogStream {
  public:
    Stream(asio::any_io_executor executor, BlockingPool& pool, std::filesystem::path path, LogsQuery query,
           bool tty, std::function<bool()> ended)
        : executor_(executor),
          pool_(pool),
          path_(std::move(path)),
          query_(query),
          tty_(tty),
          ended_(std::move(ended)),
          changes_(executor),
          deadline_(executor) {
        if (query_.follow) watch();
    }

    Task<std::optional<std::string>> next() override {
        while (!closed_) {
            // Asked before the read: what was written before the end is seen by it.
            bool over = !query_.follow || ended_() || (query_.until && now() > *query_.until);
            woken_ = false;
            auto chunk = co_await pool_.run([this] {
                if (!formatter_) formatter_.emplace(path_, query_, tty_);
                return formatter_->read();
            });
            if (!chunk.bytes.empty()) co_return std::move(chunk.bytes);
            if (over || chunk.past_end) break;
            co_await wait_for_change();
        }
        co_return std::nullopt;
    }

    void close() override {
        closed_ = true;
        wake();
    }

    void wake() override {
        woken_ = true;
        boost::system::error_code ignored;
        changes_.cancel(ignored);
        deadline_.cancel();
    }

    bool tty() const override { return tty_; }

  private:
    void watch() {
        UniqueFd notifications(check(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC), "watch a log"));
        check(::inotify_add_watch(notifications.get(), path_.parent_path().c_str(),
                                  IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_DELETE),
              "watch {}", path_.parent_path().string());
        changes_.assign(notifications.release());
    }

    Task<void> wait_for_change() {
        if (woken_ || closed_) co_return;
        boost::system::error_code ended;
        if (query_.until) {
            deadline_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                *query_.until - now() + std::chrono::milliseconds(1)));
            deadline_.async_wait([this](boost::system::error_code cancelled) {
                boost::system::error_code ignored;
                if (!cancelled) changes_.cancel(ignored);
            });
        }
        co_await changes_.async_wait(asio::posix::stream_descriptor::wait_read,
                                     asio::redirect_error(asio::use_awaitable, ended));
        char events[4096];
        while (::read(changes_.native_handle(), events, sizeof events) > 0) {
        }
    }

    asio::any_io_executor executor_;
    BlockingPool& pool_;
    std::filesystem::path path_;
    LogsQuery query_;
    bool tty_;
    std::function<bool()> ended_;
    asio::posix::stream_descriptor changes_;
    asio::steady_timer deadline_;
    std::optional<Formatter> formatter_;
    bool woken_ = false;
    bool closed_ = false;
};

}  // namespace

std::shared_ptr<LogStream> open_log(asio::any_io_executor executor, BlockingPool& pool,
                                    std::filesystem::path path, LogsQuery query, bool tty,
                                    std::function<bool()> ended) {
    return std::make_shared<Stream>(std::move(executor), pool, std::move(path), query, tty, std::move(ended));
}

}  // namespace dhow::engine
