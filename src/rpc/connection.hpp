#pragma once
// HTTP/2 with prior knowledge on a connected descriptor (RFC 9113), as gRPC uses it: many calls at once.

#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/unique_fd.hpp"
#include "rpc/call.hpp"

struct nghttp2_session;

namespace dhow::rpc {

/// What answers the calls of the other end. Run by a coroutine of its own for each call; what it throws
/// becomes the call's status, and a call that it leaves open is finished with ok.
using Answer = std::function<Task<void>(std::shared_ptr<Call>)>;

/// Loop thread.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    /// The end that answers calls.
    static std::shared_ptr<Connection> answering(asio::any_io_executor executor, UniqueFd socket,
                                                 Answer answer);
    /// The end that makes them.
    static std::shared_ptr<Connection> calling(asio::any_io_executor executor, UniqueFd socket);

    Connection(asio::any_io_executor executor, UniqueFd socket, Answer answer);
    Connection(const Connection&) = delete;
    ~Connection();

    /// Carries bytes until the other end, or close(), ends it; then every call is cancelled. Once.
    Task<void> run();

    /// Begins a call. @throws CallFailed when the connection is over
    std::shared_ptr<Call> call(const std::string& path, const Metadata& metadata = {});

    /// Ends it now.
    void close();
    bool closed() const { return closed_; }

    /// How many calls are under way.
    std::size_t calls() const { return calls_.size(); }

    asio::any_io_executor executor() { return socket_.get_executor(); }

  private:
    friend class Call;
    struct Callbacks;

    void open_session();
    Task<void> send_frames();
    Task<void> receive_frames();
    bool session_over() const;
    void begin(std::int32_t id);
    void requested(const std::shared_ptr<Call>& call);
    void acknowledge(Call& call, std::size_t bytes);
    void begin_answer(Call& call);
    void resume(Call& call);
    void reset(Call& call);
    void forget(std::int32_t id, bool by_error);
    void wake() { wake_.notify(); }

    asio::posix::stream_descriptor socket_;
    Answer answer_;
    bool is_server_;
    nghttp2_session* session_ = nullptr;
    std::map<std::int32_t, std::shared_ptr<Call>> calls_;
    Signal wake_;
    bool closed_ = false;
};

}  // namespace dhow::rpc
