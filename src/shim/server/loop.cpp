#include "shim/server/loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/error.hpp"

namespace dhow::shim {

namespace {

epoll_event interest(int fd, std::uint32_t generation, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = static_cast<std::uint64_t>(generation) << 32 | static_cast<std::uint32_t>(fd);
    return event;
}

}  // namespace

Loop::Loop() : epoll_(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

void Loop::watch(int fd, std::uint32_t events, Handler handler) {
    auto event = interest(fd, ++generation_, events);
    check(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event), "watch descriptor {}", fd);
    watches_.insert_or_assign(fd, Watch{generation_, std::make_shared<Handler>(std::move(handler))});
}

void Loop::change(int fd, std::uint32_t events) {
    auto event = interest(fd, watches_.at(fd).generation, events);
    check(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event), "watch descriptor {}", fd);
}

void Loop::forget(int fd) noexcept {
    if (watches_.erase(fd) > 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

Loop::TimerId Loop::after(Clock::duration delay, std::function<void()> action) {
    timers_.emplace(Clock::now() + delay, Timer{next_timer_, std::move(action)});
    return next_timer_++;
}

void Loop::cancel(TimerId timer) noexcept {
    std::erase_if(timers_, [&](const auto& entry) { return entry.second.id == timer; });
}

int Loop::wait_limit(bool burst, Clock::duration quiet) const {
    using std::chrono::ceil, std::chrono::milliseconds;
    auto limit = burst ? ceil<milliseconds>(quiet).count() : -1;
    if (timers_.empty()) return static_cast<int>(limit);
    auto next = std::max<long>(0, ceil<milliseconds>(timers_.begin()->first - Clock::now()).count());
    return static_cast<int>(limit < 0 ? next : std::min(limit, next));
}

void Loop::fire_timers() {
    auto now = Clock::now();
    while (!timers_.empty() && timers_.begin()->first <= now) {
        auto timer = timers_.extract(timers_.begin());
        timer.mapped().action();
    }
}

void Loop::run(Clock::duration quiet, const std::function<void()>& idle) {
    running_ = true;
    bool burst = true;
    while (running_) {
        std::array<epoll_event, 16> events;
        int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), wait_limit(burst, quiet));
        if (count < 0 && errno == EINTR) continue;
        check(count, "epoll_wait");
        for (int i = 0; i < count; ++i) {
            auto found = watches_.find(static_cast<int>(events[i].data.u64 & 0xffffffff));
            // The descriptor may have been forgotten, or closed and its number reused, since the wait.
            if (found == watches_.end() || found->second.generation != events[i].data.u64 >> 32) continue;
            auto handler = found->second.handler;
            (*handler)(events[i].events);
        }
        bool timers = !timers_.empty();
        fire_timers();
        if (count > 0) {
            burst = true;
        } else if (burst && !timers) {
            burst = false;
            idle();
        }
    }
}

}  // namespace dhow::shim
