#include "rpc/connection.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <nghttp2/nghttp2.h>

#include "base/base64.hpp"
#include "base/defer.hpp"

namespace dhow::rpc {

namespace {

constexpr std::size_t read_size = 256 << 10;
constexpr std::size_t write_size = 256 << 10;
constexpr std::int32_t call_window = 2 << 20;
constexpr std::int32_t connection_window = 64 << 20;
constexpr std::uint32_t most_calls = 100;  // of the other end, at once
constexpr std::uint32_t longest_header_list = 1 << 20;

std::string_view view(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

/// A list of headers as nghttp2 takes it: it copies them.
class Headers {
  public:
    Headers& add(std::string_view name, std::string_view value) {
        auto bytes = [](std::string_view text) {
            return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
        };
        list_.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
        return *this;
    }
    const nghttp2_nv* data() const { return list_.data(); }
    std::size_t size() const { return list_.size(); }

  private:
    std::vector<nghttp2_nv> list_;
};

/// Answers one call and says how that went.
Task<void> run_answer(Answer answer, std::shared_ptr<Call> call) {
    std::exception_ptr failure;
    try {
        co_await answer(call);
    } catch (...) {
        failure = std::current_exception();
    }
    call->finish(failure ? status_of(failure) : Status{});
}

}  // namespace

/// nghttp2's callbacks: C functions, with the connection behind a pointer.
struct Connection::Callbacks {
    static Connection& self(void* user) { return *static_cast<Connection*>(user); }
    static Call* find(void* user, std::int32_t id) {
        auto found = self(user).calls_.find(id);
        return found == self(user).calls_.end() ? nullptr : found->second.get();
    }

    static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
            self(user).begin(frame->hd.stream_id);
        return 0;
    }

    static int header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                      void* user) {
        if (auto* call = find(user, frame->hd.stream_id))
            call->received_header(std::string(view(name, name_size)), std::string(view(value, value_size)));
        return 0;
    }

    static int frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        auto* call = find(user, frame->hd.stream_id);
        if (!call) return 0;
        auto keep = call->shared_from_this();
        if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
            self(user).requested(keep);
        bool may_end = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
        if (may_end && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
            call->received_end();
            // The answer is complete, whatever was still to be asked.
            if (call->is_caller_ && !call->output_over_) self(user).reset(*call);
        }
        return 0;
    }

    /// A call that never began: it is over.
    static int not_sent(nghttp2_session*, const nghttp2_frame* frame, int, void* user) {
        if (frame->hd.type == NGHTTP2_HEADERS) self(user).forget(frame->hd.stream_id, true);
        return 0;
    }

    static int data(nghttp2_session* session, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                    std::size_t size, void* user) {
        nghttp2_session_consume_connection(session, size);
        if (auto* call = find(user, id)) call->received(view(bytes, size));
        return 0;
    }

    static int close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* user) {
        self(user).forget(id, error != NGHTTP2_NO_ERROR);
        return 0;
    }

    static ssize_t source(nghttp2_session* session, std::int32_t id, std::uint8_t* to, std::size_t room,
                          std::uint32_t* flags, nghttp2_data_source*, void* user) {
        auto* call = find(user, id);
        if (!call) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
        bool end = false;
        auto count = call->produce(reinterpret_cast<char*>(to), room, end);
        if (count == 0 && !end) {
            call->stalled_ = true;
            return NGHTTP2_ERR_DEFERRED;
        }
        if (!end) return static_cast<ssize_t>(count);
        *flags |= NGHTTP2_DATA_FLAG_EOF;
        if (call->last_word_) {
            *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
            submit_last_word(session, id, *call->last_word_);
        }
        return static_cast<ssize_t>(count);
    }

    static void submit_last_word(nghttp2_session* session, std::int32_t id, const Status& status) {
        auto code = std::to_string(static_cast<int>(status.code));
        auto message = escape_message(status.message);
        auto details = base64_encode(status.details);
        Headers headers;
        headers.add("grpc-status", code);
        if (!message.empty()) headers.add("grpc-message", message);
        if (!details.empty()) headers.add("grpc-status-details-bin", details);
        nghttp2_submit_trailer(session, id, headers.data(), headers.size());
    }
};

std::shared_ptr<Connection> Connection::answering(asio::any_io_executor executor, UniqueFd socket,
                                                  Answer answer) {
    return std::make_shared<Connection>(std::move(executor), std::move(socket), std::move(answer));
}

std::shared_ptr<Connection> Connection::calling(asio::any_io_executor executor, UniqueFd socket) {
    return std::make_shared<Connection>(std::move(executor), std::move(socket), Answer());
}

Connection::Connection(asio::any_io_executor executor, UniqueFd socket, Answer answer)
    : socket_(executor, socket.release()),
      answer_(std::move(answer)),
      is_server_(static_cast<bool>(answer_)),
      wake_(executor) {
    open_session();
}

Connection::~Connection() { nghttp2_session_del(session_); }

void Connection::open_session() {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_option* option = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_option_new(&option);
    Defer release([&] {
        nghttp2_session_callbacks_del(callbacks);
        nghttp2_option_del(option);
    });
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, Callbacks::begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::close);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, Callbacks::not_sent);
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_option_set_max_send_header_block_length(option, longest_header_list);
    auto open = is_server_ ? nghttp2_session_server_new2 : nghttp2_session_client_new2;
    if (open(&session_, callbacks, this, option) != 0) throw InternalError("no HTTP/2 session");
    std::array settings{
        nghttp2_settings_entry{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<std::uint32_t>(call_window)},
        nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, most_calls},
        nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, longest_header_list},
        nghttp2_settings_entry{NGHTTP2_SETTINGS_ENABLE_PUSH, 0}};
    // A server has no say about pushing.
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size() - is_server_);
    nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, connection_window);
}

Task<void> Connection::run() {
    auto self = shared_from_this();
    Defer let_go([this] {
        // Each holds the other; also when the loop ends in the middle of it.
        for (auto& [id, call] : std::exchange(calls_, {})) call->connection_.reset();
    });
    auto sender = [](std::shared_ptr<Connection> connection) -> Task<void> {
        co_await connection->send_frames();
    };
    asio::co_spawn(executor(), sender(self), asio::detached);
    co_await receive_frames();
    close();
    for (auto& [id, call] : std::exchange(calls_, {})) call->ended(true);
}

Task<void> Connection::receive_frames() {
    std::vector<std::uint8_t> buffer(read_size);
    while (!closed_) {
        boost::system::error_code failed;
        auto count = co_await socket_.async_read_some(asio::buffer(buffer),
                                                      asio::redirect_error(asio::use_awaitable, failed));
        if (failed || count == 0) break;
        if (nghttp2_session_mem_recv(session_, buffer.data(), count) < 0) break;
        if (session_over()) break;
        wake();
    }
}

Task<void> Connection::send_frames() {
    std::string buffer;
    while (!closed_) {
        buffer.clear();
        const std::uint8_t* bytes = nullptr;
        while (buffer.size() < write_size) {
            auto count = nghttp2_session_mem_send(session_, &bytes);
            if (count <= 0) break;
            buffer += view(bytes, static_cast<std::size_t>(count));
        }
        if (buffer.empty()) {
            co_await wake_.wait();
            continue;
        }
        boost::system::error_code failed;
        co_await asio::async_write(socket_, asio::buffer(buffer),
                                   asio::redirect_error(asio::use_awaitable, failed));
        // After a last word to a peer that broke the protocol there is nothing to wait for.
        if (failed || session_over()) close();
    }
}

bool Connection::session_over() const {
    return nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0;
}

void Connection::close() {
    if (std::exchange(closed_, true)) return;
    boost::system::error_code ignored;
    socket_.close(ignored);
    wake();
}

std::shared_ptr<Call> Connection::call(const std::string& path, const Metadata& metadata) {
    if (closed_) throw CallFailed({Code::unavailable, "the connection is closed", {}});
    Headers headers;
    headers.add(":method", "POST").add(":scheme", "http").add(":path", path).add(":authority", "localhost");
    headers.add("content-type", "application/grpc").add("te", "trailers");
    for (const auto& [name, value] : metadata) headers.add(name, value);
    auto call = std::make_shared<Call>(shared_from_this(), path);
    call->is_caller_ = true;
    nghttp2_data_provider provider{{.ptr = nullptr}, Callbacks::source};
    auto id = nghttp2_submit_request(session_, nullptr, headers.data(), headers.size(), &provider, nullptr);
    if (id < 0) throw CallFailed({Code::unavailable, nghttp2_strerror(id), {}});
    call->id_ = id;
    calls_[id] = call;
    wake();
    return call;
}

void Connection::begin(std::int32_t id) {
    if (!is_server_) return;
    auto call = std::make_shared<Call>(shared_from_this(), "");
    call->id_ = id;
    calls_[id] = std::move(call);
}

void Connection::requested(const std::shared_ptr<Call>& call) {
    call->path_ = std::string(call->metadata(":path"));
    auto answered = run_answer(answer_, call);
    asio::co_spawn(executor(), std::move(answered), asio::detached);
}

void Connection::acknowledge(Call& call, std::size_t bytes) {
    if (bytes == 0 || closed_) return;
    nghttp2_session_consume_stream(session_, call.id_, bytes);
    wake();
}

void Connection::begin_answer(Call& call) {
    if (std::exchange(call.answer_begun_, true)) return;
    Headers headers;
    headers.add(":status", "200").add("content-type", "application/grpc");
    nghttp2_data_provider provider{{.ptr = nullptr}, Callbacks::source};
    nghttp2_submit_response(session_, call.id_, headers.data(), headers.size(), &provider);
}

void Connection::resume(Call& call) {
    if (std::exchange(call.stalled_, false)) nghttp2_session_resume_data(session_, call.id_);
    wake();
}

void Connection::reset(Call& call) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, call.id_, NGHTTP2_CANCEL);
    wake();
}

void Connection::forget(std::int32_t id, bool by_error) {
    auto found = calls_.find(id);
    if (found == calls_.end()) return;
    auto call = std::move(found->second);
    calls_.erase(found);
    call->ended(by_error);
}

}  // namespace dhow::rpc
