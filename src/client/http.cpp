#include "client/http.hpp"

#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dhow::client {

namespace {

constexpr std::size_t longest_head = 64 * 1024;
constexpr std::size_t longest_size_line = 256;

Unavailable malformed(std::string_view what) { return Unavailable("malformed HTTP response: {}", what); }

std::uint64_t parse_number(std::string_view text, int base, std::string_view what) {
    std::uint64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc{} || end != text.data() + text.size()) throw malformed(what);
    return number;
}

void parse_header(std::string_view line, ResponseHead& head) {
    auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) throw malformed("header without a name");
    head.headers.emplace_back(lower(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
}

}  // namespace

std::string write_request(const Request& request, std::string_view version_prefix, std::string_view host) {
    std::string text;
    text.reserve(256 + request.body.size());
    text.append(request.method)
        .append(" ")
        .append(version_prefix)
        .append(request.target)
        .append(" HTTP/1.1\r\nHost: ");
    text.append(host).append("\r\nUser-Agent: dhow\r\n");
    for (const auto& [name, value] : request.headers)
        text.append(name).append(": ").append(value).append("\r\n");
    if (request.hijack) text += "Connection: Upgrade\r\nUpgrade: tcp\r\n";
    if (request.streams_body) {
        text.append("Content-Type: ")
            .append(request.content_type)
            .append("\r\nTransfer-Encoding: chunked\r\n");
    } else if (!request.body.empty()) {
        text.append("Content-Type: ").append(request.content_type).append("\r\nContent-Length: ");
        text.append(std::to_string(request.body.size())).append("\r\n");
    } else if (request.method != "GET" && request.method != "HEAD") {
        text += "Content-Length: 0\r\n";
    }
    text += "\r\n";
    return text += request.body;
}

std::string write_chunk(std::string_view data) {
    char size[24];
    auto end = std::to_chars(size, size + sizeof size, data.size(), 16).ptr;
    std::string chunk(size, end);
    return chunk.append("\r\n").append(data).append("\r\n");
}

std::optional<std::string_view> ResponseHead::find(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers)
        if (name == lower_case_name) return value;
    return std::nullopt;
}

std::size_t head_length(std::string_view data) {
    auto end = data.substr(0, longest_head).find("\r\n\r\n");
    if (end != std::string_view::npos) return end + 4;
    if (data.size() >= longest_head) throw malformed("its head is too long");
    return 0;
}

ResponseHead parse_head(std::string_view head) {
    auto line_end = head.find("\r\n");
    auto line = head.substr(0, line_end);
    if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ')
        throw malformed("no HTTP/1 status line");
    ResponseHead result;
    result.status = static_cast<int>(parse_number(line.substr(9, 3), 10, "bad status"));
    if (line.size() > 12 && line[12] != ' ') throw malformed("bad status");
    if (line.size() > 13) result.reason = line.substr(13);
    for (head.remove_prefix(line_end + 2); !head.starts_with("\r\n"); head.remove_prefix(line_end + 2)) {
        line_end = head.find("\r\n");
        if (line_end == std::string_view::npos) throw malformed("head without an end");
        parse_header(head.substr(0, line_end), result);
    }
    return result;
}

BodyReader::BodyReader(const ResponseHead& head) {
    if (head.status < 200 || head.status == 204 || head.status == 304) return;
    auto encoding = head.find("transfer-encoding");
    auto length = head.find("content-length");
    if (encoding && length) throw malformed("both a length and chunks");
    if (encoding) {
        if (lower(*encoding) != "chunked") throw malformed("unknown transfer encoding");
        framing_ = Framing::chunked;
    } else if (length) {
        framing_ = Framing::length;
        left_ = parse_number(*length, 10, "bad content length");
        if (left_ == 0) return;
    } else {
        framing_ = Framing::until_close;
    }
    finished_ = false;
}

std::size_t BodyReader::feed(std::string_view data, std::string& out) {
    if (finished_) return 0;
    if (framing_ == Framing::chunked) return feed_chunked(data, out);
    if (framing_ == Framing::until_close) {
        out += data;
        return data.size();
    }
    auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, data.size()));
    out += data.substr(0, taken);
    left_ -= taken;
    finished_ = left_ == 0;
    return taken;
}

std::size_t BodyReader::feed_chunked(std::string_view data, std::string& out) {
    std::size_t used = 0;
    while (used < data.size() && !finished_) {
        if (state_ == State::data) {
            auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, data.size() - used));
            out += data.substr(used, taken);
            used += taken;
            left_ -= taken;
            if (left_ == 0) state_ = State::data_end;
            continue;
        }
        char c = data[used++];
        line_ += c;
        if (line_.size() > longest_size_line) throw malformed("chunk header is too long");
        if (c != '\n') continue;
        if (!line_.ends_with("\r\n")) throw malformed("chunk header without a carriage return");
        auto line = std::string_view(line_).substr(0, line_.size() - 2);
        if (state_ == State::size_line) {
            left_ = parse_number(trim(line.substr(0, line.find(';'))), 16, "bad chunk size");
            state_ = left_ ? State::data : State::trailer;
        } else if (state_ == State::data_end) {
            if (!line.empty()) throw malformed("chunk longer than its size");
            state_ = State::size_line;
        } else {
            finished_ = line.empty();
        }
        line_.clear();
    }
    return used;
}

void BodyReader::end_of_stream() {
    if (finished_) return;
    if (framing_ != Framing::until_close) throw Unavailable("unexpected EOF");
    finished_ = true;
}

namespace {

std::string escape_except(std::string_view text, std::string_view kept) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string result;
    result.reserve(text.size());
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     kept.find(c) != std::string_view::npos;
        if (plain)
            result += c;
        else
            result.append("%").append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
    }
    return result;
}

}  // namespace

std::string escape(std::string_view text) { return escape_except(text, "-_.~"); }

std::string escape_path(std::string_view text) { return escape_except(text, "-_.~/:@"); }

Target& Target::add(std::string_view name, std::string_view value) {
    text_ += std::exchange(has_query_, true) ? '&' : '?';
    text_.append(name).append("=").append(escape(value));
    return *this;
}

Target& Target::add_if(bool condition, std::string_view name, std::string_view value) {
    return condition ? add(name, value) : *this;
}

}  // namespace dhow::client
