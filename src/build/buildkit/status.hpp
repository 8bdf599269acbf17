#pragma once
// What a build tells its client while it works: vertices (a step each), what they transfer, what they write.
// One log a build; whoever watches reads it from its beginning.

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/async/sync.hpp"
#include "base/error.hpp"
#include "build/buildkit/protocol/control.pb.h"

namespace dhow::build::buildkit {

/// Loop thread.
class StatusLog {
  public:
    explicit StatusLog(asio::any_io_executor executor) : changed_(std::move(executor)) {}

    void add(protocol::StatusResponse event);
    /// There will be no more.
    void close();

    /// Everything that came since the last call, as one message; false once there is no more. Waits for
    /// something. There is one reader: what was read is gone.
    Task<bool> read(protocol::StatusResponse& into);

    /// Nobody reads any more: read() says that it is over, and nobody waits for room.
    void abandon();

    /// Waits while much is unread, as long as somebody reads; text beyond that is dropped where nobody does.
    Task<bool> room_for_text();

  private:
    std::deque<protocol::StatusResponse> events_;
    std::size_t size_ = 0;
    bool closed_ = false;
    bool watched_ = false;
    bool abandoned_ = false;
    Signal changed_;
};

/// One step, as a client draws it. It is told about from start() on.
class Vertex {
  public:
    Vertex(StatusLog& log, std::string name);

    const std::string& digest() const { return vertex_.digest(); }
    void start();
    void cached() { vertex_.set_cached(true); }
    /// Once; `error` is "" where all went well.
    void finish(const std::string& error = "");
    bool finished() const { return vertex_.has_completed(); }

    /// What a command wrote; `stream` is 1 or 2. Waits where the client is slow.
    Task<void> write(int stream, std::string bytes);

    /// A line below the step, of something under way: "transferring context:" and bytes.
    void progress(const std::string& id, std::int64_t current, std::int64_t total = 0, bool done = false);

  private:
    void tell();

    StatusLog& log_;
    protocol::Vertex vertex_;
    std::map<std::string, protocol::Timestamp> begun_;
};

/// A vertex for as long as a block runs: finished with what leaves it.
template <typename Body>
Task<void> with_vertex(StatusLog& log, std::string name, Body body) {
    Vertex vertex(log, std::move(name));
    vertex.start();
    std::exception_ptr failure;
    try {
        co_await body(vertex);
    } catch (const Error& error) {
        failure = std::current_exception();
        vertex.finish(error.message());
    }
    if (failure) std::rethrow_exception(failure);
    vertex.finish();
}

protocol::Timestamp timestamp_now();

}  // namespace dhow::build::buildkit
