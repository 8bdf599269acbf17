#include "server.hpp"

#include <csignal>
#include <stdexcept>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

volatile std::sig_atomic_t stopped = 0;

std::string path_of(int connection) {
    char buffer[4096];
    auto size = read(connection, buffer, sizeof buffer);
    std::string request(buffer, size > 0 ? size : 0);
    auto start = request.find(' ') + 1;
    return request.substr(start, request.find(' ', start) - start);
}

}  // namespace

void serve(int port, const std::function<std::string(const std::string&)>& answer) {
    struct sigaction action{};
    action.sa_handler = [](int) { stopped = 1; };
    sigaction(SIGTERM, &action, nullptr);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener, 16) != 0)
        throw std::runtime_error("cannot listen");
    while (!stopped) {
        int connection = accept(listener, nullptr, nullptr);
        if (connection < 0) continue;
        auto body = answer(path_of(connection));
        auto text = "HTTP/1.0 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        if (write(connection, text.data(), text.size()) < 0) stopped = stopped;
        close(connection);
    }
}
