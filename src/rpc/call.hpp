#pragma once
// One call, seen from either end.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/async/sync.hpp"
#include "rpc/framing.hpp"
#include "rpc/status.hpp"

namespace dhow::rpc {

class Connection;

/// Names in lower case. A name may come several times.
using Metadata = std::vector<std::pair<std::string, std::string>>;

/// Loop thread. It lasts as long as somebody holds it, also when its connection is gone: then all of it
/// throws.
class Call : public std::enable_shared_from_this<Call> {
  public:
    Call(std::shared_ptr<Connection> connection, std::string path);
    Call(const Call&) = delete;
    ~Call();

    /// "/package.Service/Method"
    const std::string& path() const { return path_; }
    /// The first value of that name of what the caller sent; "" without one.
    std::string_view metadata(std::string_view name) const;

    /// The next message; none when the other end has sent its last.
    /// @throws CallFailed when the call was cancelled, or at its caller's end when it failed
    Task<std::optional<std::string>> read();

    /// Whether read() would give a message at once.
    bool has_message() const { return !input_.empty(); }

    /// Sends a message; waits while much of what was written before is still here.
    /// @throws CallFailed when the call is over
    Task<void> write(std::string message);

    /// Sends a message without waiting: for those that the other end asked for, and so bounds.
    void post(std::string_view message);

    /// The caller's end: there will be no more messages.
    void close_output();

    /// The answering end: the last word. Later calls do nothing.
    void finish(Status status);

    /// Ends the call now, at either end.
    void cancel();

    /// Calls `action` once when the other end, or the connection, ends the call before it is finished.
    void on_cancel(std::function<void()> action);

    bool over() const { return over_; }

  private:
    friend class Connection;

    Task<void> output_written();
    void check_open() const;
    // By the connection, as frames come.
    void received(std::string_view bytes);
    void received_end();
    void received_header(std::string name, std::string value);
    void ended(bool by_error);
    /// Bytes for a frame of at most `room`; sets `end` when these are the last.
    std::size_t produce(char* to, std::size_t room, bool& end);

    std::shared_ptr<Connection> connection_;
    std::string path_;
    std::int32_t id_ = -1;
    bool is_caller_ = false;
    Metadata metadata_;  // what came: the caller's, or of the answer and its end
    MessageReader input_;
    std::size_t unacknowledged_ = 0;  // bytes that came and do not count as read yet
    bool input_over_ = false;
    std::optional<Status> broken_;  // why nothing more can be read
    std::string output_;
    std::size_t output_sent_ = 0;
    bool output_over_ = false;
    bool answer_begun_ = false;
    bool stalled_ = false;  // the connection waits until there is output again
    std::optional<Status> last_word_;
    bool over_ = false;
    std::function<void()> on_cancel_;
    Signal changed_;
};

}  // namespace dhow::rpc
