#include "network/watch.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include "base/error.hpp"

namespace dhow::network {

namespace {

/// Whoever replaces a ruleset deletes it first; what they write may follow.
constexpr int settling_ms = 50;

}  // namespace

FirewallWatch::FirewallWatch(const std::string& table, std::function<void()> changed)
    : monitor_(table), wake_(check(::eventfd(0, EFD_CLOEXEC), "eventfd")), changed_(std::move(changed)) {
    thread_ = std::jthread([this](std::stop_token stop) { work(stop); });
}

FirewallWatch::~FirewallWatch() {
    thread_.request_stop();
    std::uint64_t one = 1;
    [[maybe_unused]] auto written = ::write(wake_.get(), &one, sizeof one);
    thread_.join();
}

void FirewallWatch::work(std::stop_token stop) {
    bool pending = false;
    while (!stop.stop_requested()) {
        pollfd waits[] = {{monitor_.fd(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
        const int ready = ::poll(waits, 2, pending ? settling_ms : -1);
        if (stop.stop_requested()) return;
        if (waits[0].revents != 0 && ready > 0) {
            pending = monitor_.read() || pending;
        } else if (ready == 0 && pending) {
            pending = false;
            changed_();
        }
    }
}

}  // namespace dhow::network
