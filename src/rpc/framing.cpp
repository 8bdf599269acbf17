#include "rpc/framing.hpp"

#include <algorithm>

#include "rpc/status.hpp"

namespace dhow::rpc {

namespace {

constexpr std::size_t head_size = 5;

std::size_t length_of(std::string_view head) {
    std::size_t length = 0;
    for (std::size_t i = 1; i < head_size; ++i) length = length << 8 | static_cast<unsigned char>(head[i]);
    return length;
}

}  // namespace

std::string frame(std::string_view message) {
    std::string bytes;
    bytes.reserve(head_size + message.size());
    bytes += '\0';
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(message.size() >> shift & 0xff);
    bytes += message;
    return bytes;
}

void MessageReader::feed(std::string_view bytes) {
    while (!bytes.empty() || partial_.size() >= head_size) {
        if (partial_.size() < head_size) {
            auto count = std::min(head_size - partial_.size(), bytes.size());
            partial_ += bytes.substr(0, count);
            bytes.remove_prefix(count);
            if (partial_.size() < head_size) return;
        }
        if (partial_[0] != 0)
            throw CallFailed({Code::unimplemented, "compressed messages are not supported", {}});
        auto whole = head_size + length_of(partial_);
        if (whole - head_size > longest_message)
            throw CallFailed(
                {Code::resource_exhausted,
                 fmt::format("a message of {} bytes is longer than {}", whole - head_size, longest_message),
                 {}});
        auto count = std::min(whole - partial_.size(), bytes.size());
        partial_ += bytes.substr(0, count);
        bytes.remove_prefix(count);
        if (partial_.size() < whole) return;
        messages_.push_back(partial_.substr(head_size));
        waiting_ += messages_.back().size();
        partial_.clear();
    }
}

std::string MessageReader::take() {
    auto message = std::move(messages_.front());
    messages_.pop_front();
    waiting_ -= message.size();
    return message;
}

}  // namespace dhow::rpc
