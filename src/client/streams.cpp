#include "client/streams.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace dhow::client {

void FrameReader::feed(std::string_view data) {
    while (!data.empty()) {
        if (left_ == 0) {
            header_[header_length_++] = static_cast<unsigned char>(data.front());
            data.remove_prefix(1);
            if (header_length_ < sizeof header_) continue;
            header_length_ = 0;
            if (header_[0] > 3) throw Unavailable("unrecognized input header: {}", header_[0]);
            left_ = std::uint32_t(header_[4]) << 24 | std::uint32_t(header_[5]) << 16 |
                    std::uint32_t(header_[6]) << 8 | std::uint32_t(header_[7]);
            continue;
        }
        auto taken = std::min<std::size_t>(left_, data.size());
        sink_(static_cast<Stream>(header_[0]), data.substr(0, taken));
        data.remove_prefix(taken);
        left_ -= static_cast<std::uint32_t>(taken);
    }
}

std::optional<std::string> JsonStream::take_document() {
    for (; scanned_ < buffer_.size(); ++scanned_) {
        char c = buffer_[scanned_];
        if (in_string_) {
            if (escaped_)
                escaped_ = false;
            else if (c == '\\')
                escaped_ = true;
            else if (c == '"')
                in_string_ = false;
        } else if (c == '"') {
            in_string_ = true;
        } else if (c == '{' || c == '[') {
            ++depth_;
        } else if ((c == '}' || c == ']') && --depth_ == 0) {
            auto document = buffer_.substr(0, scanned_ + 1);
            buffer_.erase(0, scanned_ + 1);
            scanned_ = 0;
            return document;
        }
    }
    return std::nullopt;
}

std::optional<json::Value> JsonStream::next() {
    while (true) {
        if (auto document = take_document()) return json::parse(*document);
        auto some = connection_.read();
        if (some.empty()) return std::nullopt;
        buffer_ += some;
    }
}

}  // namespace dhow::client
