#include "network/relay_loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/error.hpp"

namespace dhow::network {

RelayLoop::RelayLoop()
    : epoll_(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
    watch(wake_.get(), EPOLLIN, [this](std::uint32_t) {
        std::uint64_t count = 0;
        [[maybe_unused]] auto length = ::read(wake_.get(), &count, sizeof count);
    });
}

void RelayLoop::watch(int fd, std::uint32_t events, Handler handler) {
    epoll_event event{.events = events, .data = {.fd = fd}};
    check(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    handlers_.insert_or_assign(fd, std::move(handler));
}

void RelayLoop::change(int fd, std::uint32_t events) noexcept {
    epoll_event event{.events = events, .data = {.fd = fd}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void RelayLoop::forget(int fd) noexcept {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    handlers_.erase(fd);
}

int RelayLoop::collect(int timeout_ms) {
    epoll_event events[batch];
    int count = ::epoll_wait(epoll_.get(), events, batch, timeout_ms);
    for (int i = 0; i < count; ++i) ready_[i] = {events[i].data.fd, events[i].events};
    return count;
}

void RelayLoop::dispatch(int count) {
    for (int i = 0; i < count; ++i) {
        auto found = handlers_.find(ready_[i].fd);
        if (found == handlers_.end()) continue;  // forgotten by a handler that ran before
        auto handler = found->second;            // which may forget itself
        handler(ready_[i].events);
    }
}

void RelayLoop::wake() noexcept {
    std::uint64_t one = 1;
    [[maybe_unused]] auto length = ::write(wake_.get(), &one, sizeof one);
}

}  // namespace dhow::network
