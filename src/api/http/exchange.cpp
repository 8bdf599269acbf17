#include "api/http/exchange.hpp"

#include <array>

namespace dhow::api::http {

Task<std::string> Exchange::body() {
    std::string text;
    std::array<char, 16384> buffer;
    while (std::size_t count = co_await read_body(buffer)) {
        text.append(buffer.data(), count);
        if (text.size() > document_limit)
            throw InvalidArgument("request body is larger than {} bytes", document_limit);
    }
    co_return text;
}

Task<std::string> Exchange::document_text(bool optional) {
    auto type = request_.header("Content-Type");
    auto media_type = type.substr(0, type.find(';'));
    std::string text = co_await body();
    if (text.empty()) {
        if (!optional) throw InvalidArgument("invalid JSON: got EOF while reading request body");
        co_return "{}";
    }
    if (media_type != "application/json")
        throw InvalidArgument("unsupported Content-Type header ({}): must be 'application/json'", type);
    co_return text;
}

Task<void> Exchange::json_text(int status, std::string text) {
    text += '\n';
    return respond(Response(status, "application/json", std::move(text)));
}

Task<void> Exchange::no_content(int status) { return respond(Response(status)); }

}  // namespace dhow::api::http
