#include "support/http.hpp"

#include <charconv>

#include <sys/socket.h>
#include <sys/un.h>

#include "base/error.hpp"

namespace dhow::test {
namespace {

std::string without_chunks(std::string_view text) {
    std::string body;
    for (;;) {
        auto line = text.find("\r\n");
        std::size_t size = 0;
        if (line == std::string_view::npos) return body;
        std::from_chars(text.data(), text.data() + line, size, 16);
        if (size == 0 || text.size() < line + 2 + size) return body;
        body += text.substr(line + 2, size);
        text.remove_prefix(std::min(text.size(), line + 2 + size + 2));
    }
}

std::string exchange(const UniqueFd& connection, std::string_view text) {
    check(::send(connection.get(), text.data(), text.size(), MSG_NOSIGNAL), "send the request");
    std::string answer;
    char buffer[65536];
    for (;;) {
        auto count = check(::recv(connection.get(), buffer, sizeof buffer, 0), "receive the answer");
        if (count == 0) return answer;
        answer.append(buffer, static_cast<std::size_t>(count));
    }
}

}  // namespace

UniqueFd connect_unix(const std::filesystem::path& socket) {
    UniqueFd connection(check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket.native().copy(address.sun_path, sizeof address.sun_path - 1);
    timeval limit{30, 0};
    check(::setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), "setsockopt");
    check(::connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "connect to {}",
          socket.native());
    return connection;
}

bool answers(const std::filesystem::path& socket) {
    try {
        return request(socket, "GET", "/_ping").status == 200;
    } catch (const Error&) {
        return false;
    }
}

HttpAnswer request(const std::filesystem::path& socket, const std::string& method, const std::string& target,
                   const std::string& body) {
    auto text = fmt::format("{} {} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n", method, target);
    if (!body.empty() || method == "POST")
        text += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
    auto raw = exchange(connect_unix(socket), text + "\r\n" + body);

    auto end = raw.find("\r\n\r\n");
    if (end == std::string::npos || raw.size() < 12)
        throw InternalError("{} {}: no answer: '{}'", method, target, raw);
    HttpAnswer answer;
    answer.head = raw.substr(0, end);
    answer.body = raw.substr(end + 4);
    std::from_chars(raw.data() + 9, raw.data() + 12, answer.status);
    if (answer.head.find("chunked") != std::string::npos) answer.body = without_chunks(answer.body);
    return answer;
}

}  // namespace dhow::test
