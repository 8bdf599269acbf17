#pragma once
// The standard streams of one process: from its pipes or its terminal to the log and to those attached, and
// from those attached to its input.
//
// The rules:
// - output is read only while nobody who is attached has output waiting: an attached reader that is slow
// slows
//   the process, as a pipe in a shell does; one that has gone does not, and memory stays bounded;
// - all that was read goes to the log, attached or not;
// - when the process is reaped, what is left in its pipes is read without regard to slow readers, so the exit
//   never waits for a reader; whoever has more than `max_left` waiting by then is cut off;
// - a pipe that some other process still holds open (a background child of an exec) keeps the streams open
// for
//   `linger` after the process's end.

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "base/unique_fd.hpp"
#include "shim/server/attachment.hpp"
#include "shim/server/input.hpp"
#include "shim/server/line_splitter.hpp"
#include "shim/server/loop.hpp"

namespace dhow::shim {

class Streams {
  public:
    static constexpr std::size_t max_left = 8 << 20;
    static constexpr auto linger = std::chrono::seconds(2);

    struct Options {
        bool open_stdin = false;
        /// The first attached input that ends, ends the process's input.
        bool close_stdin = false;
        /// Where output is logged; null: nowhere.
        LogFile* log = nullptr;
    };

    Streams(Loop& loop, Options options);
    ~Streams();

    /// The process's ends of new pipes, to be closed once it has them.
    struct Ends {
        UniqueFd in, out, err;
    };
    /// Makes the pipes of a process without a terminal. @throws SystemError.
    Ends open_pipes();

    /// The process is made. @param terminal the master of its terminal, or none when it has the pipes.
    void begin(UniqueFd terminal);

    /// Attaches a socket. Before begin() it waits for it.
    void attach(UniqueFd socket, AttachmentOptions options);

    /// @throws Conflict when the process has no terminal.
    void resize(unsigned short rows, unsigned short columns);

    /// The process was reaped: reads and logs what is left of its output, now.
    void drain();

    /// After drain(): ends those attached once they have read all; at once when the streams are at their end,
    /// else after `linger`. Then, when nobody is attached any more, calls `done`, which may destroy this.
    void finish(std::function<void()> done);

    bool terminal() const noexcept { return static_cast<bool>(terminal_); }

  private:
    struct Source {
        Stream stream;
        UniqueFd fd;
        std::optional<LineSplitter> lines;
        bool watched = false;
    };

    void add_source(Stream stream, UniqueFd fd);
    /// Reads once. False when there is nothing more for now, or the source has ended.
    bool pump(Source& source);
    void deliver(Source& source, std::string_view bytes);
    void end_source(Source& source);
    void update_sources();
    bool any_blocked() const noexcept;
    void typed(std::string_view bytes);
    void input_ended(Attachment& attachment);
    void sweep();
    bool all_closed() const noexcept;
    void complete();
    void announce();

    Loop& loop_;
    Options options_;
    Input input_;
    std::vector<std::unique_ptr<Source>> sources_;
    std::list<std::unique_ptr<Attachment>> attachments_;
    UniqueFd terminal_;
    UniqueFd pipe_in_, pipe_out_, pipe_err_;
    Loop::TimerId sweep_timer_ = 0;
    Loop::TimerId linger_timer_ = 0;
    std::function<void()> done_;
    bool begun_ = false;
    bool draining_ = false;
    bool complete_ = false;
};

}  // namespace dhow::shim
