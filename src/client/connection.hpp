#pragma once
// One connection to the daemon: a request out, a response in, over a blocking socket.

#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"
#include "client/http.hpp"

namespace dhow::client {

/// The raw connection after an upgrade, with the bytes that came behind the response's head.
struct Hijacked {
    UniqueFd socket;
    std::string received;
    bool multiplexed = false;  ///< the daemon says that it sends docker's frames
};

/// Use: send (and send_chunk ...), read_head, then read until it gives nothing, or hijack.
/// All reads and writes block; errors of the socket are thrown as Unavailable.
class Connection {
  public:
    Connection(UniqueFd socket, std::string host) : socket_(std::move(socket)), host_(std::move(host)) {}

    void send(const Request& request, std::string_view version_prefix);
    void send_chunk(std::string_view data);

    /// Reads the next response's head; informational ones (100) are skipped. @throws Unavailable.
    const ResponseHead& read_head();

    /// Reads some of the body: at least a byte, or nothing at its end. The view is good until the next call.
    std::string_view read();

    /// Reads what is left of the body.
    std::string read_all();

    /// Gives the connection up after a 101 (or docker's historic 200) answer.
    Hijacked hijack();

    int fd() const { return socket_.get(); }
    /// Bytes are buffered that poll(2) on fd() cannot see.
    bool has_buffered() const { return !buffer_.empty(); }
    /// The response is over and another request may follow.
    bool reusable() const;

  private:
    bool fill();

    UniqueFd socket_;
    std::string host_;
    std::string buffer_;
    std::string content_;
    ResponseHead head_;
    BodyReader body_;
};

/// Sends all of `data` on a connection. @throws Unavailable; a connection that is closed raises no SIGPIPE
void send_all(int socket, std::string_view data);

/// Writes all of `data` to a descriptor. @throws SystemError.
void write_all(int fd, std::string_view data);

}  // namespace dhow::client
