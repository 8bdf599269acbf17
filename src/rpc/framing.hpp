#pragma once
// Messages in a stream of bytes: one byte that says whether it is compressed (never here), the length in four
// bytes, most significant first, then the message. Source: grpc/grpc, doc/PROTOCOL-HTTP2.md.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace dhow::rpc {

/// A message may be this long: what containerd's and BuildKit's ends take.
constexpr std::size_t longest_message = 16 << 20;

/// The bytes of one message on the wire.
std::string frame(std::string_view message);

/// Takes bytes as they come, gives messages.
class MessageReader {
  public:
    /// @throws CallFailed for a compressed message, and for one that is too long
    void feed(std::string_view bytes);

    bool empty() const { return messages_.empty(); }
    /// Bytes of messages that are complete and not taken.
    std::size_t waiting() const { return waiting_; }
    /// Whether a message has begun and is not complete.
    bool torn() const { return !partial_.empty(); }
    std::string take();

  private:
    std::string partial_;  // of the message under way, its head included
    std::deque<std::string> messages_;
    std::size_t waiting_ = 0;
};

}  // namespace dhow::rpc
