#pragma once
// One request and its answer, as a handler sees them. A handler answers in exactly one of three ways:
// respond() once; start_stream() and write() until it returns; or upgrade(), after which the bytes are the
// handler's own.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/request.hpp"
#include "base/async/task.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/unique_fd.hpp"

namespace dhow::api::http {

/// The client is gone; there is nobody to answer.
class ClientGone : public Error {
  public:
    ClientGone() : Error(ErrorKind::unavailable, "the client closed the connection") {}
};

using Headers = std::vector<std::pair<std::string_view, std::string>>;

/// No aggregate: g++ 12 destroys the temporaries of one twice in coroutines.
struct Response {
    explicit Response(int code) : status(code) {}
    Response(int code, std::string type, std::string text)
        : status(code), content_type(std::move(type)), body(std::move(text)) {}

    int status;
    std::string content_type;  ///< empty: no body, no such header
    std::string body;
    Headers headers;  ///< beside those that every answer has
};

class Exchange {
  public:
    /// Longest body that is read at once: no JSON document of the API comes near it.
    static constexpr std::size_t document_limit = 4 << 20;

    virtual ~Exchange() = default;

    const Request& request() const { return request_; }

    /// Reads at least one byte of the body into `buffer`; 0 at its end. Memory is bounded by the buffer.
    /// @throws ClientGone when the body ends too early; InvalidArgument when its framing is broken.
    virtual Task<std::size_t> read_body(std::span<char> buffer) = 0;

    /// The whole body. @throws InvalidArgument when it is longer than document_limit.
    Task<std::string> body();

    /// The whole body as a document. An absent one reads as `{}` where `optional`.
    /// @throws InvalidArgument in dockerd's words.
    template <typename Document>
    Task<Document> document(bool optional = false) {
        co_return json::read<Document>(co_await document_text(optional));
    }

    virtual Task<void> respond(Response response) = 0;

    /// A JSON document, ended by a newline as Go's encoder does.
    template <typename Document>
    Task<void> json(int status, const Document& document) {
        return json_text(status, json::write(document));
    }
    Task<void> json_text(int status, std::string text);

    /// 204, or 304 and the like: no body.
    Task<void> no_content(int status = 204);

    /// Sends the head now; the client may wait for it. Each write() is sent at once.
    virtual Task<void> start_stream_with(std::string content_type, Headers headers) = 0;
    /// The same without headers of the answer's own.
    Task<void> start_stream(std::string content_type) {
        return start_stream_with(std::move(content_type), Headers());
    }
    virtual Task<void> write(std::string_view bytes) = 0;

    /// Takes the connection over: 101 when the client asked for it, else 200 without a length, with that
    /// content type. Afterwards relay() or drain() is the only thing left to call.
    virtual Task<void> upgrade(std::string content_type) = 0;

    /// Carries bytes between the client and `stream` until `stream` ends, or the client is gone. A client
    /// that has sent all it will (half-close) ends the stream's input; output goes on.
    virtual Task<void> relay(UniqueFd stream) = 0;

    /// Writes on an upgraded connection.
    virtual Task<void> write_raw(std::string_view bytes) = 0;

    /// Calls `action` once when the client goes away before the handler is done. The request's body must have
    /// been read. On an upgraded connection a half-close is not going away. For handlers that wait: `action`
    /// makes the wait end.
    virtual void on_disconnect(std::function<void()> action) = 0;

  protected:
    Task<std::string> document_text(bool optional);

    Request request_;
};

}  // namespace dhow::api::http
