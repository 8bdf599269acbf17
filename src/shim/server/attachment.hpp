#pragma once
// One who is attached to a process's streams: a connected socket, handed over by the daemon.

#include <functional>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"
#include "shim/server/escape_filter.hpp"
#include "shim/server/loop.hpp"

namespace dhow::shim {

enum class Stream : unsigned char { out = 1, err = 2 };

/// What was asked for, and whether the process has a terminal (known once it is made).
struct AttachmentOptions {
    bool in = false, out = false, err = false;
    std::string detach_keys;
};

/// Owns the socket and what waits to be written to it. It keeps at most one read's worth of output: while
/// something waits, `blocked()` holds and its owner reads no further from the process. A socket that is
/// closed at the other end is over at once and blocks nobody.
class Attachment {
  public:
    struct Callbacks {
        std::function<void(std::string_view)> input;  ///< typed bytes; the owner may pause_input() in it
        std::function<void()> input_ended;            ///< the other end shut down its writing side
        std::function<void()> unblocked;              ///< what waited is written
        std::function<void()> over;  ///< closed or detached; the owner destroys the attachment later
    };

    Attachment(Loop& loop, UniqueFd socket, AttachmentOptions options, Callbacks callbacks);
    ~Attachment();
    Attachment(const Attachment&) = delete;
    Attachment& operator=(const Attachment&) = delete;

    /// The process exists: input is read from now on. Frames are docker's unless `terminal`.
    void begin(bool terminal);

    bool wants(Stream stream) const noexcept;

    /// Sends output: raw for a terminal, else with docker's 8 bytes in front (1 byte stream, 3 zero, 4 length
    /// big-endian).
    void write(Stream stream, std::string_view bytes);

    bool blocked() const noexcept { return !waiting_.empty(); }
    std::size_t waiting() const noexcept { return waiting_.size(); }

    void pause_input();
    void resume_input();

    /// Ends the stream once what waits is written.
    void finish();

    bool over() const noexcept { return over_; }

  private:
    void ready(std::uint32_t events);
    void read_input();
    void write_out();
    void end();
    void update();

    Loop& loop_;
    UniqueFd socket_;
    AttachmentOptions options_;
    Callbacks callbacks_;
    EscapeFilter escape_;
    std::string waiting_;
    bool begun_ = false;
    bool terminal_ = false;
    bool input_paused_ = false;
    bool input_over_ = false;
    bool hung_up_ = false;
    bool finishing_ = false;
    bool over_ = false;
    bool watched_ = false;
};

}  // namespace dhow::shim
