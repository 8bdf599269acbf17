#include "api/http/listener.hpp"

#include <array>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <grp.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/defer.hpp"
#include "base/error.hpp"

namespace dhow::api::http {

namespace {

constexpr int backlog = 1024;
constexpr int socket_flags = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

sockaddr_un unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.front() != '/')
        throw InvalidArgument("invalid unix socket address \"{}\": an absolute path is needed", path);
    if (path.size() >= sizeof address.sun_path)
        throw InvalidArgument("invalid unix socket address \"{}\": longer than {} bytes", path,
                              sizeof address.sun_path - 1);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

const sockaddr* as_address(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

/// Removes the socket file that a dead daemon left.
void remove_stale(const std::string& path, const sockaddr_un& address) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) < 0) return;
    if (!S_ISSOCK(status.st_mode))
        throw Conflict("can't create unix socket {}: a file of that name exists", path);
    UniqueFd probe(
        check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "open a unix socket"));
    if (::connect(probe.get(), as_address(address), sizeof address) == 0 || errno == EAGAIN)
        throw Conflict("can't create unix socket {}: address already in use", path);
    check(::unlink(path.c_str()), "remove {}", path);
}

void give_to_group(const std::string& path, const std::string& wanted) {
    auto chown_to = [&](const char* name) {
        const group* entry = ::getgrnam(name);
        if (!entry) return false;
        check(::chown(path.c_str(), static_cast<uid_t>(-1), entry->gr_gid), "give {} to the group {}", path,
              name);
        return true;
    };
    if (!wanted.empty()) {
        if (!chown_to(wanted.c_str())) throw InvalidArgument("group {} not found", wanted);
        return;
    }
    if (!chown_to("docker")) chown_to("dhow");
}

Listener listen_on_path(const std::string& path, const ListenerOptions& options) {
    auto address = unix_address(path);
    remove_stale(path, address);
    UniqueFd fd(check(::socket(AF_UNIX, socket_flags, 0), "open a unix socket"));
    {
        // The file must never exist with wider permissions, not even between bind and chmod.
        mode_t before = ::umask(0177);
        Defer restore([&] { ::umask(before); });
        check(::bind(fd.get(), as_address(address), sizeof address), "bind {}", path);
    }
    Listener listener(std::move(fd), path);
    give_to_group(path, options.group);
    check(::chmod(path.c_str(), 0660), "chmod {}", path);
    check(::listen(listener.fd(), backlog), "listen on {}", path);
    return listener;
}

/// "127.0.0.1:2375", "[::1]:2375", ":2375" (all addresses).
std::pair<std::string, std::string> split_host_port(std::string_view text) {
    auto colon = text.rfind(':');
    if (colon == text.npos) throw InvalidArgument("invalid address tcp://{}: missing port", text);
    std::string host(text.substr(0, colon));
    std::string port(text.substr(colon + 1));
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (port.empty() || port.find_first_not_of("0123456789") != port.npos || port.size() > 5)
        throw InvalidArgument("invalid address tcp://{}: invalid port", text);
    return {host, port};
}

std::vector<Listener> listen_on_tcp(std::string_view text) {
    auto [host, port] = split_host_port(text);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    int failed = ::getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &hints, &found);
    if (failed != 0) throw InvalidArgument("invalid address tcp://{}: {}", text, ::gai_strerror(failed));
    std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);

    std::vector<Listener> listeners;
    for (const addrinfo* address = found; address; address = address->ai_next) {
        UniqueFd fd(check(::socket(address->ai_family, socket_flags, 0), "open a socket for tcp://{}", text));
        int on = 1;
        check(::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "set SO_REUSEADDR");
        if (address->ai_family == AF_INET6)
            check(::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on), "set IPV6_V6ONLY");
        check(::bind(fd.get(), address->ai_addr, address->ai_addrlen), "listen on tcp://{}", text);
        check(::listen(fd.get(), backlog), "listen on tcp://{}", text);
        listeners.emplace_back(std::move(fd), std::filesystem::path{});
    }
    return listeners;
}

}  // namespace

Listener::~Listener() {
    if (fd_ && !path_.empty()) ::unlink(path_.c_str());
}

std::vector<Listener> listen_on(std::string_view address, const ListenerOptions& options) {
    auto scheme_end = address.find("://");
    auto scheme = address.substr(0, scheme_end);
    auto rest = scheme_end == address.npos ? std::string_view{} : address.substr(scheme_end + 3);
    if (scheme_end != address.npos && scheme == "tcp") return listen_on_tcp(rest);
    if (scheme_end != address.npos && scheme == "unix") {
        std::vector<Listener> listeners;
        listeners.push_back(listen_on_path(std::string(rest), options));
        return listeners;
    }
    throw InvalidArgument("invalid bind address (-H {}): unix:///path and tcp://host:port are supported",
                          address);
}

}  // namespace dhow::api::http
