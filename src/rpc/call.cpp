#include "rpc/call.hpp"

#include <algorithm>
#include <cstring>

#include "rpc/connection.hpp"

namespace dhow::rpc {

namespace {

// What a writer may leave here before it waits, and a reader before the other end must.
constexpr std::size_t most_output = 512 << 10;
constexpr std::size_t most_input = 1 << 20;

Status cancelled() { return {Code::cancelled, "the call was cancelled", {}}; }

}  // namespace

Call::Call(std::shared_ptr<Connection> connection, std::string path)
    : connection_(std::move(connection)), path_(std::move(path)), changed_(connection_->executor()) {}

Call::~Call() = default;

std::string_view Call::metadata(std::string_view name) const {
    for (const auto& [key, value] : metadata_)
        if (key == name) return value;
    return {};
}

Task<std::optional<std::string>> Call::read() {
    auto self = shared_from_this();
    while (input_.empty() && !input_over_ && !broken_) co_await changed_.wait();
    if (!input_.empty()) {
        auto message = input_.take();
        if (input_.waiting() < most_input && !over_ && connection_)
            connection_->acknowledge(*this, std::exchange(unacknowledged_, 0));
        co_return message;
    }
    if (broken_) throw CallFailed(*broken_);
    co_return std::nullopt;
}

void Call::check_open() const {
    if (broken_) throw CallFailed(*broken_);
    if (over_ || output_over_) throw CallFailed(cancelled());
}

void Call::post(std::string_view message) {
    check_open();
    if (!is_caller_) connection_->begin_answer(*this);
    output_ += frame(message);
    connection_->resume(*this);
}

Task<void> Call::write(std::string message) {
    auto self = shared_from_this();
    post(message);
    message = {};
    while (output_.size() - output_sent_ > most_output && !over_) co_await changed_.wait();
    if (over_ && output_.size() > output_sent_) check_open();
}

void Call::close_output() {
    if (over_ || std::exchange(output_over_, true)) return;
    connection_->resume(*this);
}

void Call::finish(Status status) {
    if (over_ || is_caller_ || last_word_) return;
    connection_->begin_answer(*this);
    last_word_ = std::move(status);
    output_over_ = true;
    connection_->resume(*this);
}

void Call::cancel() {
    if (over_) return;
    on_cancel_ = nullptr;
    broken_ = cancelled();
    connection_->reset(*this);
    changed_.notify();
}

void Call::on_cancel(std::function<void()> action) {
    if (over_ && action) return action();
    on_cancel_ = std::move(action);
}

void Call::received(std::string_view bytes) {
    unacknowledged_ += bytes.size();
    try {
        input_.feed(bytes);
    } catch (const CallFailed& failure) {
        broken_ = failure.status();
        connection_->reset(*this);
    }
    if (input_.waiting() < most_input) connection_->acknowledge(*this, std::exchange(unacknowledged_, 0));
    changed_.notify();
}

void Call::received_end() {
    if (input_.torn() && !broken_) broken_ = Status{Code::internal, "a message was cut off", {}};
    // An answer's end says how it went only once its last headers are read: see ended().
    if (!is_caller_) input_over_ = true;
    changed_.notify();
}

void Call::received_header(std::string name, std::string value) {
    metadata_.emplace_back(std::move(name), std::move(value));
}

void Call::ended(bool by_error) {
    if (std::exchange(over_, true)) return;
    if (is_caller_ && !broken_) {
        auto code = metadata("grpc-status");
        if (code == "0")
            input_over_ = true;
        else if (code.empty())
            broken_ =
                Status{by_error ? Code::unavailable : Code::unknown, "the call ended without a status", {}};
        else
            broken_ = Status{static_cast<Code>(std::atoi(std::string(code).c_str())),
                             unescape_message(std::string(metadata("grpc-message"))),
                             {}};
    }
    bool finished = last_word_ && !by_error;
    if (!is_caller_ && !finished && !broken_) broken_ = cancelled();
    changed_.notify();
    auto action = std::exchange(on_cancel_, nullptr);
    connection_.reset();
    if (action && !finished && !is_caller_) action();
}

std::size_t Call::produce(char* to, std::size_t room, bool& end) {
    auto count = std::min(room, output_.size() - output_sent_);
    std::memcpy(to, output_.data() + output_sent_, count);
    output_sent_ += count;
    if (output_sent_ == output_.size()) {
        output_.clear();
        output_sent_ = 0;
    } else if (output_sent_ > most_output) {
        output_.erase(0, std::exchange(output_sent_, 0));
    }
    end = output_.empty() && output_over_;
    changed_.notify();
    return count;
}

}  // namespace dhow::rpc
