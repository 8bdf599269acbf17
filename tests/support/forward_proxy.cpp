#include "support/forward_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/error.hpp"
#include "support/shell.hpp"

namespace dhow::test {
namespace {

/// A connection to "192.0.2.1:5000"; none when nobody is there.
UniqueFd connect_to(const std::string& authority) {
    auto colon = authority.find(':');
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(authority.substr(colon + 1))));
    ::inet_pton(AF_INET, authority.substr(0, colon).c_str(), &address.sin_addr);
    UniqueFd fd(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return {};
    return fd;
}

std::string unreachable() { return ScriptedServer::answer(502, "nobody is there"); }

/// The answer to "GET http://192.0.2.1:5000/v2/".
std::string pass_on(const ScriptedRequest& request) {
    auto begin = request.target.find("//") + 2;
    auto slash = request.target.find('/', begin);
    auto peer = connect_to(request.target.substr(begin, slash - begin));
    if (!peer) return unreachable();
    auto headers = request.head.substr(request.head.find("\r\n") + 2);
    auto text = fmt::format("{} {} HTTP/1.1\r\nConnection: close\r\n{}\r\n{}", request.method,
                            request.target.substr(slash), headers, request.body);
    ScriptedServer::send_all(peer.get(), text);
    std::string answer;
    ScriptedServer::read_until(peer.get(), answer, [] { return false; });
    return answer;
}

/// Carries bytes both ways until either end has no more.
void relay(int left, int right) {
    pollfd ends[] = {{left, POLLIN, 0}, {right, POLLIN, 0}};
    char buffer[65536];
    while (::poll(ends, 2, -1) > 0)
        for (int from : {0, 1}) {
            if (!ends[from].revents) continue;
            auto count = ::recv(ends[from].fd, buffer, sizeof buffer, 0);
            if (count <= 0) return;
            ScriptedServer::send_all(ends[1 - from].fd, {buffer, static_cast<std::size_t>(count)});
        }
}

}  // namespace

ForwardProxy::ForwardProxy(const Host& host) {
    auto answer = [](const ScriptedRequest& request) {
        return request.method == "CONNECT" ? std::string() : pass_on(request);
    };
    auto tunnel = [](int client, const ScriptedRequest& request) {
        if (request.method != "CONNECT") return;
        auto peer = connect_to(request.target);
        if (!peer) return ScriptedServer::send_all(client, unreachable());
        ScriptedServer::send_all(client, "HTTP/1.1 200 connected\r\n\r\n");
        relay(client, peer.get());
    };
    host.inside([&] { server_.emplace(answer, tunnel); });
}

}  // namespace dhow::test
