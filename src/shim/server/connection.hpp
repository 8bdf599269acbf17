#pragma once
// One daemon at the other end of a control connection.

#include <functional>
#include <string_view>

#include "shim/protocol/channel.hpp"
#include "shim/server/loop.hpp"

namespace dhow::shim {

class Connection {
  public:
    /// @param request called for each whole frame. @param closed called once, when the peer is gone or broke
    /// the protocol; the owner destroys the connection later, not in the call.
    Connection(Loop& loop, UniqueFd socket, std::function<void(Connection&, protocol::Frame)> request,
               std::function<void(Connection&)> closed);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Sends an answer or an event. A peer that is gone, or has stopped reading, is closed instead.
    void send(protocol::Kind kind, std::uint32_t request, std::string_view payload = {}) noexcept;

    bool closed() const noexcept { return closed_; }

    /// Blocks for at most a second until all is written: before the shim ends.
    void flush_out() noexcept;

  private:
    void ready(std::uint32_t events);
    void close();

    Loop& loop_;
    protocol::Channel channel_;
    std::function<void(Connection&, protocol::Frame)> request_;
    std::function<void(Connection&)> on_closed_;
    bool closed_ = false;
};

}  // namespace dhow::shim
