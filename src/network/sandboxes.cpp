#include "network/sandboxes.hpp"

#include <algorithm>
#include <chrono>

#include "base/error.hpp"
#include "base/random.hpp"
#include "linux/netlink/links.hpp"
#include "linux/netlink/namespaces.hpp"

namespace dhow::network {

namespace netlink = linux::netlink;

namespace {

// The container that took the last namespace is being started in this time: it needs the processors, and the
// kernel's lock over all interfaces, more than the pool does.
constexpr auto quiet = std::chrono::milliseconds(25);

// Each that is given up and still there costs memory and a port of a bridge.
constexpr std::size_t ending_limit = 64;

struct Sysctl {
    const char* name;
    const char* value;
};

// Of namespaces, before they have any interface: what `default` says holds for eth0.
constexpr Sysctl sandbox_sysctls[] = {
    // A new container tells its neighbours at once that an address is now its own.
    {"ipv4/conf/default/arp_notify", "1"},
    // Networks without IPv6 have none at all, not even link-local; attaching to one with IPv6 turns it on.
    {"ipv6/conf/default/disable_ipv6", "1"},
    // Addresses come from the allocator; looking for duplicates would only take a second.
    {"ipv6/conf/default/accept_dad", "0"},
    // A neighbour cannot appoint itself the router (CVE-2020-13401).
    {"ipv6/conf/default/accept_ra", "0"},
    // Both as docker sets them: ports below 1024 and ping need no capability inside of a namespace of its
    // own.
    {"ipv4/ip_unprivileged_port_start", "0"},
    {"ipv4/ping_group_range", "0 2147483647"},
};

void configure_new_namespace(netlink::Socket& socket) {
    for (const auto& [name, value] : sandbox_sysctls) {
        try {
            netlink::write_sysctl(name, value);
        } catch (const SystemError& error) {
            if (error.error() != ENOENT) throw;  // a host without IPv6
        }
    }
    netlink::Batch batch;
    netlink::set_up(batch, 1);  // loopback is the first interface of every namespace
    socket.send(std::move(batch));
}

}  // namespace

Sandboxes::Sandboxes(std::filesystem::path folder, std::size_t ready)
    : folder_(std::move(folder)), target_(ready) {
    std::filesystem::create_directories(folder_);
    std::filesystem::permissions(folder_, std::filesystem::perms(0711));
    // Before the thread makes new ones: those belong to nobody yet, and must not be taken for strays.
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
        found_.push_back(entry.path().filename().string());
    thread_ = std::jthread([this](std::stop_token stop) { work(stop); });
}

Sandboxes::~Sandboxes() {
    thread_.request_stop();
    changed_.notify_all();
    thread_.join();
    for (const auto& sandbox : ready_) netlink::unpin_namespace(sandbox->path);
}

std::shared_ptr<OpenSandbox> Sandboxes::make() const {
    auto id = random_hex(6);
    auto path = folder_ / id;
    netlink::EnteredNamespace inside;
    auto sandbox = std::make_shared<OpenSandbox>(id, path, netlink::current_namespace());
    configure_new_namespace(sandbox->socket);
    netlink::pin_current_namespace(path);
    return sandbox;
}

std::shared_ptr<OpenSandbox> Sandboxes::take() {
    {
        std::scoped_lock lock(mutex_);
        if (!ready_.empty()) {
            auto sandbox = std::move(ready_.front());
            ready_.pop_front();
            changed_.notify_all();
            return sandbox;
        }
    }
    return make();
}

std::shared_ptr<OpenSandbox> Sandboxes::open(const std::string& id) const {
    auto path = folder_ / id;
    auto fd = netlink::open_namespace(path);
    netlink::EnteredNamespace inside(fd.get());
    return std::make_shared<OpenSandbox>(id, path, std::move(fd));
}

void Sandboxes::release(std::shared_ptr<OpenSandbox> sandbox) noexcept {
    std::scoped_lock lock(mutex_);
    ending_.push_back(std::move(sandbox));
    changed_.notify_all();
}

void Sandboxes::release(const std::string& id) noexcept {
    std::scoped_lock lock(mutex_);
    ending_ids_.push_back(id);
    changed_.notify_all();
}

void Sandboxes::work(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    auto nothing_to_do = [this] {
        return ready_.size() >= target_ && ending_.empty() && ending_ids_.empty();
    };
    while (!stop.stop_requested()) {
        if (nothing_to_do()) {
            changed_.wait(lock, stop, [&] { return !nothing_to_do(); });
            continue;
        }
        // Every change starts the quiet time anew, unless takers already find the pool empty.
        while (!ready_.empty() && ending_.size() < ending_limit &&
               changed_.wait_for(lock, quiet) == std::cv_status::no_timeout && !stop.stop_requested()) {
        }
        auto ending = std::exchange(ending_, {});
        auto ids = std::exchange(ending_ids_, {});
        const bool refill = ready_.size() < target_ && !stop.stop_requested();
        lock.unlock();
        for (const auto& sandbox : ending) netlink::unpin_namespace(sandbox->path);
        for (const auto& id : ids) netlink::unpin_namespace(folder_ / id);
        ending.clear();  // all in one go: the kernel ends them together
        std::shared_ptr<OpenSandbox> made;
        try {
            if (refill) made = make();
        } catch (const Error&) {
            // The next taker makes its own, and is told why that fails.
        }
        lock.lock();
        if (made)
            ready_.push_back(std::move(made));
        else if (refill)
            changed_.wait_for(lock, std::chrono::seconds(1));
    }
    for (const auto& sandbox : ending_) netlink::unpin_namespace(sandbox->path);
    for (const auto& id : ending_ids_) netlink::unpin_namespace(folder_ / id);
}

}  // namespace dhow::network
