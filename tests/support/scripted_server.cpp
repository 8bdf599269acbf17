#include "support/scripted_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/error.hpp"

namespace dhow::test {
std::string ScriptedRequest::header(const std::string& name) const {
    auto begin = head.find("\r\n" + name + ": ");
    if (begin == head.npos) return "";
    begin += name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

ScriptedServer::ScriptedServer(Script script, Sequel sequel)
    : script_(std::move(script)), sequel_(std::move(sequel)) {
    listener_.reset(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    check(::bind(listener_.get(), any, sizeof address), "bind");
    check(::listen(listener_.get(), 64), "listen");
    socklen_t length = sizeof address;
    check(::getsockname(listener_.get(), any, &length), "getsockname");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedServer::~ScriptedServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    acceptor_.join();
    for (auto& connection : connections_) connection.join();
}

std::string ScriptedServer::address() const { return fmt::format("127.0.0.1:{}", port_); }

std::vector<ScriptedRequest> ScriptedServer::all() const {
    std::lock_guard lock(mutex_);
    return requests_;
}

std::vector<std::string> ScriptedServer::requests() const {
    std::vector<std::string> lines;
    for (const auto& request : all()) lines.push_back(request.method + " " + request.target);
    return lines;
}

std::vector<std::string> ScriptedServer::heads() const {
    std::vector<std::string> heads;
    for (const auto& request : all()) heads.push_back(request.head);
    return heads;
}

std::string ScriptedServer::answer(int status, const std::string& body,
                                   const std::vector<std::string>& headers) {
    auto text = fmt::format("HTTP/1.1 {} x\r\n", status);
    for (const auto& header : headers) text += header + "\r\n";
    return text + fmt::format("Content-Length: {}\r\nConnection: close\r\n\r\n{}", body.size(), body);
}

bool ScriptedServer::read_until(int fd, std::string& text, const std::function<bool()>& enough) {
    char buffer[65536];
    while (!enough()) {
        auto count = ::recv(fd, buffer, sizeof buffer, 0);
        if (count <= 0) return false;
        text.append(buffer, static_cast<std::size_t>(count));
    }
    return true;
}

void ScriptedServer::send_all(int fd, std::string_view text) {
    while (!text.empty()) {
        auto count = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (count <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

void ScriptedServer::accept_all() {
    for (;;) {
        UniqueFd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!connection) return;
        connections_.emplace_back([this, fd = connection.release()] { serve(UniqueFd(fd)); });
    }
}

void ScriptedServer::serve(UniqueFd connection) {
    std::string text;
    std::size_t end = text.npos;
    // A handshake of TLS is no request: it is answered as HTTP servers answer it.
    auto is_handshake = [&] { return text.starts_with('\x16'); };
    auto has_head = [&] { return is_handshake() || (end = text.find("\r\n\r\n")) != text.npos; };
    if (!read_until(connection.get(), text, has_head)) return;
    if (is_handshake()) return send_all(connection.get(), answer(400));
    ScriptedRequest request;
    request.head = text.substr(0, end + 2);
    request.method = request.head.substr(0, request.head.find(' '));
    auto begin = request.method.size() + 1;
    request.target = request.head.substr(begin, request.head.find(' ', begin) - begin);
    request.body = text.substr(end + 4);
    auto length = request.header("Content-Length");
    auto wanted = length.empty() ? 0 : std::stoul(length);
    if (!request.header("Expect").empty()) send_all(connection.get(), "HTTP/1.1 100 Continue\r\n\r\n");
    read_until(connection.get(), request.body, [&] { return request.body.size() >= wanted; });
    {
        std::lock_guard lock(mutex_);
        requests_.push_back(request);
    }
    send_all(connection.get(), script_(request));
    if (sequel_) sequel_(connection.get(), request);
}

}  // namespace dhow::test
