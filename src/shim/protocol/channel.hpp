#pragma once
// Frames over a unix stream socket, with at most one descriptor each. Non-blocking, without an event loop:
// both ends wait in their own way and call receive() and flush() when the socket is ready.
//
// A frame, integers little-endian:
//
//   offset  size  what
//   0       4     length of the payload, at most `max_payload`
//   4       1     protocol version, 1. Another one ends the connection
//   5       1     kind (messages.hpp)
//   6       1     descriptors that came with the frame's first byte (SCM_RIGHTS): 0 or 1
//   7       1     0
//   8       4     number of the request; 0 for what was not asked for
//   12      ...   payload: a JSON object, or nothing

#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"
#include "shim/protocol/messages.hpp"

namespace dhow::shim::protocol {

inline constexpr std::uint8_t version = 1;
inline constexpr std::uint32_t max_payload = 4U << 20;
/// Bytes that may wait for a peer that does not read; beyond it the peer counts as hung.
inline constexpr std::size_t max_queued = 8U << 20;

struct Frame {
    Kind kind{};
    std::uint32_t request = 0;
    std::string payload;
    UniqueFd descriptor;
};

class Channel {
  public:
    /// @param socket connected and non-blocking.
    explicit Channel(UniqueFd socket) : socket_(std::move(socket)) {}

    int fd() const noexcept { return socket_.get(); }

    /// Reads what is there. False once the peer has closed (frames read before it are still given by next()).
    /// @throws SystemError; InvalidArgument when the peer breaks the protocol.
    bool receive();

    /// The next whole frame, if there is one. @throws InvalidArgument when the peer breaks the protocol.
    std::optional<Frame> next();

    /// Queues a frame and writes what the socket takes. @throws SystemError (EPIPE: the peer is gone);
    /// Unavailable when the peer has stopped reading; InvalidArgument for a payload that is too large.
    void send(Kind kind, std::uint32_t request, std::string_view payload, UniqueFd descriptor = {});

    /// Writes on. True when nothing is left to write.
    bool flush();
    bool idle() const noexcept { return out_.empty(); }

  private:
    struct Outgoing {
        std::string bytes;
        std::size_t written = 0;
        UniqueFd descriptor;
    };

    UniqueFd socket_;
    std::string in_;
    std::deque<UniqueFd> descriptors_;
    std::deque<Outgoing> out_;
    std::size_t queued_ = 0;
};

/// A connected pair, both ends close-on-exec and non-blocking.
std::pair<UniqueFd, UniqueFd> socket_pair();

/// The socket's name in a run directory. Always a path, never an abstract name: those are reachable from
/// every container that shares the host's network namespace.
inline constexpr std::string_view socket_name = "shim.sock";

/// Listens in `run_directory` (mode 0600), replacing a socket that was left there. Directories of any length
/// of name are fine. @throws SystemError.
UniqueFd listen(const std::filesystem::path& run_directory);

/// Connects; none when nobody listens there. Non-blocking from then on. @throws SystemError.
std::optional<UniqueFd> connect(const std::filesystem::path& run_directory);

/// The user at the other end (SO_PEERCRED).
uid_t peer_user(int socket);

}  // namespace dhow::shim::protocol
