#include "network/relay.hpp"

#include <fcntl.h>

#include "base/error.hpp"
#include "network/relay_port.hpp"

namespace dhow::network {

namespace {

constexpr int expiry_interval_ms = 10'000;

}  // namespace

/// The thread holds the mutex while handlers run, and lets go of it while it waits.
class Relay::Loop {
  public:
    void run(std::stop_token stop, std::mutex& mutex) {
        while (!stop.stop_requested()) {
            int count = events.collect(expiry_interval_ms);
            std::scoped_lock lock(mutex);
            try {
                events.dispatch(count);
            } catch (const Error&) {
                // A peer's connection that found no descriptor left; it is gone, and the others go on.
            }
            if (count == 0)
                for (auto& [number, port] : ports) port->expire();
        }
    }

    RelayLoop events;
    std::map<std::uint64_t, std::unique_ptr<RelayPort>> ports;
    std::uint64_t last = 0;
};

Relay::Relay() = default;

Relay::~Relay() {
    if (!loop_) return;
    thread_.request_stop();
    loop_->events.wake();
    thread_.join();
}

std::uint64_t Relay::add(int socket, Protocol protocol, const linux::netlink::IpAddress& target,
                         std::uint16_t port) {
    if (protocol == Protocol::sctp) throw InvalidArgument("SCTP cannot be relayed");
    UniqueFd own(check(::fcntl(socket, F_DUPFD_CLOEXEC, 3), "duplicate a socket"));
    std::scoped_lock lock(mutex_);
    if (!loop_) {
        loop_ = std::make_unique<Loop>();
        thread_ = std::jthread([this](std::stop_token stop) { loop_->run(stop, mutex_); });
    }
    const RelayTarget where{target, port};
    std::unique_ptr<RelayPort> made;
    if (protocol == Protocol::tcp)
        made = std::make_unique<TcpPort>(loop_->events, std::move(own), where);
    else
        made = std::make_unique<UdpPort>(loop_->events, std::move(own), where);
    loop_->ports.emplace(++loop_->last, std::move(made));
    return loop_->last;
}

void Relay::remove(std::uint64_t number) noexcept {
    std::scoped_lock lock(mutex_);
    if (loop_) loop_->ports.erase(number);
}

}  // namespace dhow::network
