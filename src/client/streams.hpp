#pragma once
// What flows over the daemon's connections: docker's frames, and JSON documents one behind the other.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "client/connection.hpp"

namespace dhow::client {

/// Takes docker's frames apart: 1 byte stream, 3 zero, 4 length big-endian, payload.
class FrameReader {
  public:
    enum class Stream : std::uint8_t { in = 0, out = 1, err = 2, system = 3 };
    using Sink = std::function<void(Stream, std::string_view)>;

    explicit FrameReader(Sink sink) : sink_(std::move(sink)) {}

    /// Gives each piece of payload to the sink as it comes; frames may be cut anywhere.
    /// @throws Unavailable when a header names no stream.
    void feed(std::string_view data);

  private:
    Sink sink_;
    unsigned char header_[8];
    std::size_t header_length_ = 0;
    std::uint32_t left_ = 0;
};

/// Reads documents from a body: events, progress, statistics.
class JsonStream {
  public:
    explicit JsonStream(Connection connection) : connection_(std::move(connection)) {}

    /// The next document, or none at the end. Documents are on lines of their own, or glued together.
    /// @throws InvalidArgument for what is no JSON.
    std::optional<json::Value> next();

    Connection& connection() { return connection_; }

  private:
    std::optional<std::string> take_document();

    Connection connection_;
    std::string buffer_;
    std::size_t scanned_ = 0;
    int depth_ = 0;
    bool in_string_ = false;
    bool escaped_ = false;
};

}  // namespace dhow::client
