#pragma once
// The daemon's end of a control connection: requests answered in any order, and events.

#include <boost/asio/posix/stream_descriptor.hpp>
#include <map>
#include <memory>
#include <string>

#include "base/async/sync.hpp"
#include "base/async/task.hpp"
#include "shim/client/client.hpp"
#include "shim/protocol/channel.hpp"

namespace dhow::shim {

/// Lives as long as its reader runs; close() ends that.
class Link : public std::enable_shared_from_this<Link> {
  public:
    Link(const asio::any_io_executor& executor, UniqueFd socket, Events events);
    ~Link();

    /// A request that was sent.
    struct Pending {
        Pending(const asio::any_io_executor& executor, protocol::Kind request)
            : answered(executor), asked(request) {}
        Signal answered;
        protocol::Kind asked;
        bool done = false;
        protocol::Kind kind{};
        std::string payload;
    };

    /// Starts reading.
    void run();

    /// Sends a request and waits for its answer: the payload of `done`.
    /// @throws what `failed` carries; Unavailable when the shim is gone.
    Task<std::string> request(protocol::Kind kind, std::string payload = {}, UniqueFd descriptor = {});

    /// The two halves of request(): several can be on their way. An answer that nobody awaits is dropped.
    std::shared_ptr<Pending> ask(protocol::Kind kind, std::string_view payload, UniqueFd descriptor = {});
    Task<std::string> answer(std::shared_ptr<Pending> pending);

    /// Sends what has no answer.
    void tell(protocol::Kind kind, std::string_view payload);

    /// From here on the end of the connection is no surprise.
    void expect_end(bool expected = true) noexcept { end_expected_ = expected; }

    /// Tells an exit, once. From the shim's event, or from its status.
    void tell_exit(const protocol::Exit& exit);
    void tell_exec_exit(const protocol::Exit& exit);

    void close() noexcept;

  private:
    static Task<void> read(std::shared_ptr<Link> self);
    static Task<void> write(std::shared_ptr<Link> self);
    void send(protocol::Kind kind, std::uint32_t number, std::string_view payload, UniqueFd descriptor);
    void dispatch(protocol::Frame frame);
    void lose();

    asio::any_io_executor executor_;
    protocol::Channel channel_;
    asio::posix::stream_descriptor descriptor_;
    Events events_;
    std::map<std::uint32_t, std::shared_ptr<Pending>> pending_;
    std::uint32_t next_request_ = 1;
    bool writing_ = false;
    bool closed_ = false;
    bool end_expected_ = false;
    bool exit_told_ = false;
};

ExitStatus to_exit_status(const protocol::Exit& exit);

}  // namespace dhow::shim
