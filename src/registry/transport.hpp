#pragma once
// HTTP requests over libcurl: HTTP/2 where the peer has it, TLS, proxies, redirects.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "registry/cancellation.hpp"
#include "registry/options.hpp"
#include "registry/trust.hpp"

namespace dhow::registry {

/// No answer came, or it broke off. The message names the request, as docker's does.
class ConnectionFailed : public Error {
  public:
    enum class Reason {
        unreachable,  ///< no connection
        not_tls,      ///< the peer does not speak TLS
        untrusted,    ///< its certificate is not believed, or it does not believe ours
        broken,       ///< the connection ended or stalled before the answer did
    };
    ConnectionFailed(Reason reason, std::string message)
        : Error(ErrorKind::unavailable, std::move(message)), reason_(reason) {}
    Reason reason() const noexcept { return reason_; }

  private:
    Reason reason_;
};

/// A body to send. `read` fills its buffer and gives the count of bytes, 0 at the end.
struct Upload {
    std::int64_t size = 0;
    std::function<std::size_t(std::span<char>)> read;
};

struct Request {
    std::string method = "GET";
    std::string url;
    std::vector<std::string> headers;  ///< "Name: value"
    std::string authorization;         ///< a header's value, for the host of `url` alone
    std::string body;                  ///< sent by methods other than GET and HEAD
    const Upload* upload = nullptr;    ///< instead of `body`
    bool verify = true;                ///< the peer's certificate must be good
};

/// The head of an answer.
struct Head {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
    std::string url;                                           ///< where it came from, after redirects
    bool foreign = false;  ///< from another origin than was asked: its challenges are not answered

    /// The first value of a header, or "".
    std::string_view find(std::string_view lower_case_name) const;
    /// All values of a header.
    std::vector<std::string_view> all(std::string_view lower_case_name) const;
};

/// Connections of one thread, kept and used again.
class Transport {
  public:
    /// Both must outlive it.
    Transport(const Options& options, const Cancellation& cancellation);
    ~Transport();
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    const Cancellation& cancellation() const { return cancellation_; }

  private:
    friend class Transfer;
    const Trust& trust(const Url& url);

    const Options& options_;
    const Cancellation& cancellation_;
    void* multi_;
    std::map<std::string, Trust> trusts_;
    std::string alert_;  ///< what a peer said last against our side of TLS (RFC 8446, section 6.2), or ""
};

/// One request and its answer. Redirects of GET and HEAD are followed, at most 5, never from https to http,
/// and never with credentials to another host. What is in memory of the body is bounded, however fast it
/// comes. Ends the request when it goes.
class Transfer {
  public:
    /// Sends nothing before head().
    Transfer(Transport& transport, Request request);
    ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// Sends the request, with its body, and waits for the answer's head.
    /// @throws ConnectionFailed, Cancelled, and what `upload->read` throws
    const Head& head();

    /// Reads at least a byte of the body; 0 at its end. @throws ConnectionFailed when it broke off; Cancelled
    std::size_t read(std::span<std::byte> buffer);

    /// Reads the body to its end. @throws InvalidArgument when it is longer than `limit`
    std::string read_all(std::size_t limit);

  private:
    struct State;
    void start(const std::string& url, bool with_authorization);
    void pump();
    [[noreturn]] void fail(int code) const;

    Transport& transport_;
    Request request_;
    std::unique_ptr<State> state_;
};

}  // namespace dhow::registry
