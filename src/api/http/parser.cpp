#include "api/http/parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dhow::api::http {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

namespace {

Method to_method(beast_http::verb verb) {
    switch (verb) {
        case beast_http::verb::get:
            return Method::get;
        case beast_http::verb::head:
            return Method::head;
        case beast_http::verb::post:
            return Method::post;
        case beast_http::verb::put:
            return Method::put;
        case beast_http::verb::delete_:
            return Method::delete_;
        case beast_http::verb::options:
            return Method::options;
        default:
            return Method::other;
    }
}

}  // namespace

// An exception must not pass through Beast, so a refusal is remembered and the parser stopped by an error
// code.
class Parser::Implementation final : public beast_http::basic_parser<true> {
  public:
    Implementation() {
        header_limit(Parser::head_limit);
        body_limit(boost::none);
        eager(true);
    }

    Request request;
    std::string body;
    std::string refusal;

  private:
    void refuse(error_code& ec, std::string why) {
        refusal = std::move(why);
        ec = beast_http::error::bad_value;
    }

    void on_request_impl(beast_http::verb verb, string_view, string_view target, int version,
                         error_code&) override {
        request.method = to_method(verb);
        request.target = std::string(target);
        request.http_1_0 = version < 11;
    }

    void on_field_impl(beast_http::field known, string_view name, string_view value,
                       error_code& ec) override {
        using beast_http::field;
        auto once = [&](bool& seen) {
            if (std::exchange(seen, true)) refuse(ec, "duplicate header " + std::string(name));
        };
        switch (known) {
            case field::host:
                once(has_host_);
                break;
            case field::content_length:
                once(has_length_);
                if (value.find(',') != value.npos) refuse(ec, "several values of Content-Length");
                break;
            case field::transfer_encoding:
                once(has_encoding_);
                if (!equal_ignoring_case(value, "chunked")) refuse(ec, "unsupported transfer encoding");
                break;
            case field::expect:
                if (!equal_ignoring_case(value, "100-continue")) refuse(ec, "unsupported expectation");
                request.expects_continue = true;
                break;
            case field::upgrade:
                request.upgrade = true;
                break;
            default:
                break;
        }
        request.headers.emplace_back(std::string(name), std::string(value));
    }

    void on_header_impl(error_code& ec) override {
        if (!request.http_1_0 && !has_host_) refuse(ec, "missing required Host header");
        if (request.http_1_0 && has_encoding_) refuse(ec, "transfer encoding in an HTTP/1.0 request");
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}

    std::size_t on_body_impl(string_view data, error_code&) override {
        body.append(data.data(), data.size());
        return data.size();
    }

    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}

    std::size_t on_chunk_body_impl(std::uint64_t, string_view data, error_code&) override {
        body.append(data.data(), data.size());
        return data.size();
    }

    void on_finish_impl(error_code&) override {}
    void on_response_impl(int, string_view, int, error_code&) override {}

    bool has_host_ = false;
    bool has_length_ = false;
    bool has_encoding_ = false;
};

Parser::Parser() : implementation_(std::make_unique<Implementation>()) {}
Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;

std::size_t Parser::feed(std::span<const char> bytes) {
    error_code ec;
    std::size_t taken = implementation_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
    if (ec && ec != beast_http::error::need_more) {
        if (!implementation_->refusal.empty()) throw InvalidArgument("{}", implementation_->refusal);
        throw InvalidArgument("malformed HTTP request: {}", ec.message());
    }
    auto& request = implementation_->request;
    if (implementation_->is_header_done() && !request.content_length)
        if (auto length = implementation_->content_length()) request.content_length = *length;
    return taken;
}

bool Parser::head_done() const { return implementation_->is_header_done(); }
bool Parser::done() const { return implementation_->is_done(); }
bool Parser::begun() const { return implementation_->got_some(); }
bool Parser::keep_alive() const { return implementation_->keep_alive(); }
Request& Parser::request() { return implementation_->request; }
std::string Parser::take_body() { return std::exchange(implementation_->body, {}); }
bool Parser::has_body() const { return !implementation_->body.empty(); }

}  // namespace dhow::api::http
