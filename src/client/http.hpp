#pragma once
// HTTP/1.1 as a client of the Engine API needs it (RFC 9112): requests out, responses in. Strict: a head over
// 64 KiB, a malformed chunk or a length that contradicts itself is an error, never a guess. No I/O here.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dhow::client {

struct Request {
    std::string_view method = "GET";
    std::string target;  ///< path and query, without the version prefix
    std::string body;
    std::string_view content_type = "application/json";  ///< sent when there is a body
    bool hijack = false;                                 ///< ask for the raw connection ("Upgrade: tcp")
    bool streams_body = false;                           ///< the body follows in chunks
    std::vector<std::pair<std::string, std::string>> headers;
};

/// The head of a request, and its body when it is whole. `host` goes into the Host header.
std::string write_request(const Request& request, std::string_view version_prefix, std::string_view host);

/// One chunk of a streamed body; an empty one ends it.
std::string write_chunk(std::string_view data);

struct ResponseHead {
    int status = 0;
    std::string reason;
    std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case

    /// The value of a header, or none.
    std::optional<std::string_view> find(std::string_view lower_case_name) const;
};

/// Finds the end of a head: the number of bytes up to and with the blank line, or 0 while it is incomplete.
/// @throws Unavailable when `data` cannot be a head (too long).
std::size_t head_length(std::string_view data);

/// Reads a complete head.
/// @throws Unavailable("malformed HTTP response ...").
ResponseHead parse_head(std::string_view head);

/// Takes a body out of a stream of bytes: its framing is chosen by the head.
class BodyReader {
  public:
    enum class Framing { none, length, chunked, until_close };

    BodyReader() = default;
    /// @throws Unavailable when the head's framing contradicts itself.
    explicit BodyReader(const ResponseHead& head);

    /// Takes what belongs to the body from `data`, appends its content to `out`, and gives the number of
    /// bytes that were used up.
    /// @throws Unavailable when the framing is broken.
    std::size_t feed(std::string_view data, std::string& out);

    /// What the end of the connection means. @throws Unavailable when the body is not whole.
    void end_of_stream();

    bool finished() const { return finished_; }
    Framing framing() const { return framing_; }

  private:
    std::size_t feed_chunked(std::string_view data, std::string& out);

    enum class State { size_line, data, data_end, trailer };
    Framing framing_ = Framing::none;
    State state_ = State::size_line;
    std::uint64_t left_ = 0;
    std::string line_;
    bool finished_ = true;
};

/// Escapes one element of a path or query (RFC 3986: all but unreserved characters).
std::string escape(std::string_view text);

/// The same for a path made of several elements, as an image's name: '/', ':' and '@' stay.
std::string escape_path(std::string_view text);

/// Builds "path?a=b&c=d"; values are escaped.
class Target {
  public:
    explicit Target(std::string path) : text_(std::move(path)) {}
    Target& add(std::string_view name, std::string_view value);
    Target& add_if(bool condition, std::string_view name, std::string_view value);
    std::string take() { return std::move(text_); }

  private:
    std::string text_;
    bool has_query_ = false;
};

}  // namespace dhow::client
