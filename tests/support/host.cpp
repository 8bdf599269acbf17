#include "support/host.hpp"

#include <cstring>
#include <exception>
#include <thread>

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/error.hpp"
#include "support/shell.hpp"

namespace dhow::test {
namespace {

void on_thread(const std::function<void()>& body) {
    std::exception_ptr failure;
    std::thread([&] {
        try {
            body();
        } catch (...) {
            failure = std::current_exception();
        }
    }).join();
    if (failure) std::rethrow_exception(failure);
}

void bring_loopback_up() {
    UniqueFd control(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
    ifreq request{};
    std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    check(::ioctl(control.get(), SIOCSIFFLAGS, &request), "bring lo up");
}

}  // namespace

Host::Host() {
    on_thread([this] {
        check(::unshare(CLONE_NEWNET), "make a network namespace");
        namespace_.reset(
            check(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), "open the namespace"));
        bring_loopback_up();
    });
}

void Host::inside(const std::function<void()>& body) const {
    on_thread([&] {
        check(::setns(fd(), CLONE_NEWNET), "enter the network namespace");
        body();
    });
}

void Host::join(const Host& left, const std::string& left_address, const Host& right,
                const std::string& right_address, const std::string& name) {
    // ip(8) names a namespace by a file: /proc/self/fd/N of the shell that runs it.
    auto pair = fmt::format("ip link add {0} type veth peer name {0} netns /proc/self/fd/9", name);
    expect_success(run(sh(fmt::format("{} 9</proc/{}/fd/{}", pair, ::getpid(), right.fd())).on(left)));
    for (auto [host, address] : {std::pair{&left, &left_address}, std::pair{&right, &right_address}})
        expect_success(
            run(sh(fmt::format("ip addr add {} dev {} nodad && ip link set {} up", *address, name, name))
                    .on(*host)));
}

}  // namespace dhow::test
