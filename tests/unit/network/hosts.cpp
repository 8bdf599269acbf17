#include "unit/network/hosts.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

#include <poll.h>
#include <sys/socket.h>

#include "base/defer.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "linux/netlink/links.hpp"
#include "linux/netlink/routes.hpp"
#include "linux/netlink/socket_address.hpp"

namespace dhow::network::testing {

namespace netlink = linux::netlink;
using netlink::IpAddress;

struct Server::Shared {
    UniqueFd socket;
    std::string name;
    bool udp = false;
    std::atomic<bool> stop = false;
    mutable std::mutex mutex;
    std::string peer;
    std::thread thread;

    void remember(const sockaddr_storage& from) {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(&from);
        auto address = from.ss_family == AF_INET ? IpAddress::from_bytes({bytes + 4, 4})
                                                 : IpAddress::from_bytes({bytes + 8, 16});
        std::scoped_lock lock(mutex);
        peer = address.text();
    }

    void serve() {
        while (!stop) {
            pollfd wait{socket.get(), POLLIN, 0};
            if (::poll(&wait, 1, 20) <= 0) continue;
            sockaddr_storage from{};
            socklen_t length = sizeof from;
            char byte[64];
            if (udp) {
                if (::recvfrom(socket.get(), byte, sizeof byte, 0, reinterpret_cast<sockaddr*>(&from),
                               &length) < 0)
                    continue;
                remember(from);
                ::sendto(socket.get(), name.data(), name.size(), 0, reinterpret_cast<sockaddr*>(&from),
                         length);
            } else {
                UniqueFd client(
                    ::accept4(socket.get(), reinterpret_cast<sockaddr*>(&from), &length, SOCK_CLOEXEC));
                if (!client) continue;
                remember(from);
                [[maybe_unused]] auto sent = ::send(client.get(), name.data(), name.size(), MSG_NOSIGNAL);
            }
        }
    }
};

Server::Server(std::uint16_t port, std::string name, bool udp, bool six)
    : shared_(std::make_shared<Shared>()) {
    shared_->name = std::move(name);
    shared_->udp = udp;
    const int type = (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
    shared_->socket = UniqueFd(check(::socket(six ? AF_INET6 : AF_INET, type, 0), "socket"));
    int on = 1;
    ::setsockopt(shared_->socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    auto [address, length] = netlink::socket_address(IpAddress::parse(six ? "::" : "0.0.0.0"), port);
    check(::bind(shared_->socket.get(), reinterpret_cast<sockaddr*>(&address), length), "bind");
    if (!udp) check(::listen(shared_->socket.get(), 64), "listen");
    shared_->thread = std::thread([shared = shared_] { shared->serve(); });
}

Server::~Server() {
    shared_->stop = true;
    shared_->thread.join();
}

std::string Server::last_peer() const {
    std::scoped_lock lock(shared_->mutex);
    return shared_->peer;
}

std::optional<std::string> ask(const std::string& address, std::uint16_t port, bool udp,
                               std::chrono::milliseconds patience) {
    auto target = IpAddress::parse(address);
    auto [where, length] = netlink::socket_address(target, port);
    UniqueFd socket(
        check(::socket(target.family(), (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
              "socket"));
    auto ready = [&](short events) {
        pollfd wait{socket.get(), events, 0};
        return ::poll(&wait, 1, static_cast<int>(patience.count())) > 0;
    };
    if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&where), length) < 0 &&
        (errno != EINPROGRESS || !ready(POLLOUT)))
        return std::nullopt;
    if (udp && ::send(socket.get(), "?", 1, MSG_NOSIGNAL) < 0) return std::nullopt;
    if (!ready(POLLIN)) return std::nullopt;
    char buffer[256];
    auto size = ::recv(socket.get(), buffer, sizeof buffer, 0);
    if (size <= 0) return std::nullopt;
    return std::string(buffer, static_cast<std::size_t>(size));
}

HostTest::HostTest() : folder_(std::filesystem::temp_directory_path() / ("dhow-network-" + random_hex(4))) {
    std::filesystem::create_directories(folder_);
    host_.emplace();
    netlink::Socket socket;
    netlink::Batch batch;
    netlink::set_up(batch, 1);
    socket.send(std::move(batch));
}

HostTest::~HostTest() {
    host_.reset();
    if (std::filesystem::exists(folder_ / "netns"))
        for (const auto& entry : std::filesystem::directory_iterator(folder_ / "netns"))
            netlink::unpin_namespace(entry.path());
    std::filesystem::remove_all(folder_);
}

Config HostTest::config() const {
    Config config;
    config.exec_root = folder_;
    config.ready_sandboxes = 1;
    return config;
}

UniqueFd HostTest::neighbour() {
    UniqueFd fd;
    {
        netlink::EnteredNamespace inside;
        fd = netlink::current_namespace();
    }
    netlink::Socket host;
    netlink::Batch cable;
    netlink::add_veth(cable, {"lan0", 0, 1500, fd.get(), "lan0", {0x02, 0, 0, 0, 0, 9}});
    host.send(std::move(cable));
    auto address = [](netlink::Socket& socket, int last, bool gateway) {
        const int index = netlink::find_link(socket, "lan0").value().index;
        netlink::Batch batch;
        netlink::set_up(batch, index);
        netlink::add_address(batch, index, netlink::Prefix::parse(fmt::format("10.9.0.{}/24", last)));
        netlink::add_address(batch, index, netlink::Prefix::parse(fmt::format("fd09::{}/64", last)));
        if (gateway) {
            netlink::add_default_route(batch, index, IpAddress::parse("10.9.0.1"));
            netlink::add_default_route(batch, index, IpAddress::parse("fd09::1"));
        }
        socket.send(std::move(batch));
    };
    address(host, 1, false);
    in(fd.get(), [&] {
        netlink::Socket socket;
        netlink::Batch loopback;
        netlink::set_up(loopback, 1);
        socket.send(std::move(loopback));
        address(socket, 2, true);
    });
    return fd;
}

Room::Room(const Config& config, Live live) : folder(config.exec_root) {
    networks = std::make_unique<Networks>(config);
    predefined = networks->predefined(live.networks);
    for (const auto& network : predefined)
        if (std::ranges::none_of(live.networks, [&](const auto& other) { return other.id == network.id; }))
            live.networks.push_back(network);
    report = networks->restore(live);
}

Endpoint Room::start(const std::string& name, const std::string& network_id, const std::string& ipv4) {
    auto sandbox = networks->take_sandbox();
    EndpointRequest request;
    request.network_id = network_id.empty() ? predefined.front().id : network_id;
    request.sandbox_id = sandbox.id;
    request.container_id = random_hex(32);
    request.container_name = name;
    request.ipv4_address = ipv4;
    return networks->attach(request);
}

UniqueFd Room::namespace_of(const Endpoint& endpoint) const {
    return netlink::open_namespace(folder / "netns" / endpoint.sandbox_id);
}

std::vector<std::string> interfaces() {
    netlink::Socket socket;
    std::vector<std::string> names;
    for (const auto& link : netlink::list_links(socket)) names.push_back(link.name);
    return names;
}

bool eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 200; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

std::string output_of(const std::string& command) {
    std::string text;
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    std::array<char, 4096> buffer;
    while (auto size = std::fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), size);
    ::pclose(pipe);
    return text;
}

}  // namespace dhow::network::testing
