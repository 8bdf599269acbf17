#include "client/endpoint.hpp"

#include <cerrno>
#include <cstring>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/error.hpp"
#include "client/resolve.hpp"

namespace dhow::client {

namespace {

constexpr std::string_view default_port = "2375";

Endpoint tcp_endpoint(std::string_view host_and_port, std::string_view text) {
    auto invalid = [&](std::string_view why) {
        return InvalidArgument("invalid host \"{}\": {}", text, why);
    };
    while (host_and_port.ends_with('/')) host_and_port.remove_suffix(1);
    Endpoint endpoint{Endpoint::Kind::tcp, {}, std::string(default_port), std::string(text)};
    std::string_view rest;
    if (host_and_port.starts_with('[')) {
        auto end = host_and_port.find(']');
        if (end == std::string_view::npos) throw invalid("missing ']' in address");
        endpoint.address = host_and_port.substr(1, end - 1);
        rest = host_and_port.substr(end + 1);
    } else {
        auto colon = host_and_port.find(':');
        endpoint.address = host_and_port.substr(0, colon);
        rest = colon == std::string_view::npos ? "" : host_and_port.substr(colon);
    }
    if (endpoint.address.empty()) endpoint.address = "127.0.0.1";
    if (!rest.empty()) {
        rest.remove_prefix(1);
        if (rest.empty() || rest.find_first_not_of("0123456789") != std::string_view::npos ||
            rest.size() > 5 || std::stoi(std::string(rest)) > 65535)
            throw invalid("invalid port");
        endpoint.port = rest;
    }
    return endpoint;
}

Unavailable unreachable(const Endpoint& endpoint, int error) {
    if (error == EACCES)
        return Unavailable(
            "permission denied while trying to connect to the dhow daemon socket at {}: connect: {}",
            endpoint.text, errno_text(error));
    return Unavailable("Cannot connect to the dhow daemon at {}. Is the dhow daemon running? ({})",
                       endpoint.text, errno_text(error));
}

UniqueFd connect_unix(const Endpoint& endpoint) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (endpoint.address.size() >= sizeof address.sun_path)
        throw InvalidArgument("unix socket path \"{}\" is too long", endpoint.address);
    std::memcpy(address.sun_path, endpoint.address.data(), endpoint.address.size());
    UniqueFd socket(check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "open a unix socket"));
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
        throw unreachable(endpoint, errno);
    return socket;
}

UniqueFd connect_tcp(const Endpoint& endpoint) {
    auto addresses = resolve(endpoint.address, static_cast<std::uint16_t>(std::stoi(endpoint.port)));
    int error = EHOSTUNREACH;
    for (const auto& address : addresses) {
        UniqueFd socket(
            check(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "open a tcp socket"));
        if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.length) ==
            0) {
            int on = 1;
            ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            return socket;
        }
        error = errno;
    }
    throw unreachable(endpoint, error);
}

}  // namespace

Endpoint parse_endpoint(std::string_view text) {
    auto scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) {
        if (text.starts_with('/'))
            return {Endpoint::Kind::unix_socket, std::string(text), {}, "unix://" + std::string(text)};
        return tcp_endpoint(text, "tcp://" + std::string(text));
    }
    auto scheme = text.substr(0, scheme_end);
    auto rest = text.substr(scheme_end + 3);
    if (scheme == "unix") {
        if (rest.empty()) rest = default_endpoint.substr(7);
        return {Endpoint::Kind::unix_socket, std::string(rest), {}, std::string(text)};
    }
    if (scheme == "tcp") return tcp_endpoint(rest, text);
    throw InvalidArgument("unable to parse docker host `{}`: dhow connects by unix:// and tcp://", text);
}

UniqueFd connect(const Endpoint& endpoint) {
    return endpoint.kind == Endpoint::Kind::unix_socket ? connect_unix(endpoint) : connect_tcp(endpoint);
}

}  // namespace dhow::client
