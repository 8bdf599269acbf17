#pragma once
// One client's connection: its requests one after the other, each as an Exchange.

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "api/http/exchange.hpp"
#include "api/http/parser.hpp"
#include "api/http/router.hpp"
#include "api/http/socket.hpp"

namespace dhow::api::http {

class Connection final : public Exchange, public std::enable_shared_from_this<Connection> {
  public:
    /// `router` must outlive the connection.
    Connection(Socket socket, const Router& router) : socket_(std::move(socket)), router_(router) {}

    /// Serves requests until either side closes. Never throws.
    Task<void> serve();

    /// Closes now when no request is under way, else after the one that is.
    void close_gracefully();

    /// Closes now; a handler that waits is told as if the client had gone.
    void abort();

    /// Since when a request's head has been under way; none between requests.
    std::optional<std::chrono::steady_clock::time_point> head_since() const { return head_since_; }

    Task<std::size_t> read_body(std::span<char> buffer) override;
    Task<void> respond(Response response) override;
    Task<void> start_stream_with(std::string content_type, Headers headers) override;
    Task<void> write(std::string_view bytes) override;
    Task<void> upgrade(std::string content_type) override;
    Task<void> relay(UniqueFd stream) override;
    Task<void> write_raw(std::string_view bytes) override;
    void on_disconnect(std::function<void()> action) override;

  private:
    enum class Answer { none, whole, streaming, upgraded };

    Task<void> serve_requests();
    Task<bool> read_head();
    bool feed_head();
    Task<bool> fill();
    void feed();
    Task<void> handle();
    Task<void> fail(std::exception_ptr failure);
    Task<void> refuse(std::exception_ptr failure);
    Task<bool> finish();
    Task<bool> skip_body();
    Task<void> linger();
    Task<void> allow_body();
    void watch_for_end();
    void watch_for_hang_up();
    void client_is_gone();
    bool may_keep_alive() const;
    std::string head(int status, std::string_view content_type, const Headers& headers) const;

    Socket socket_;
    const Router& router_;
    std::vector<char> buffer_;  // bytes read and not yet parsed: [begin_, end_)
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    Parser parser_;
    std::string body_;  // parsed and not yet taken by the handler, from body_taken_ on
    std::size_t body_taken_ = 0;
    Answer answer_ = Answer::none;
    bool closing_ = false;
    bool gone_ = false;
    bool continued_ = false;
    bool idle_ = true;
    std::optional<std::chrono::steady_clock::time_point> head_since_;
    std::function<void()> on_disconnect_;
    std::uint64_t request_number_ = 0;
};

}  // namespace dhow::api::http
