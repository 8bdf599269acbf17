#include "runtime/parent/channel.hpp"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::runtime::parent {

Channel make_channel() {
    int ends[2];
    check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "make a socket pair");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::optional<Received> receive(int channel) {
    Received received;
    iovec part{.iov_base = &received.message, .iov_len = sizeof received.message};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    ssize_t length;
    do {
        length = ::recvmsg(channel, &header, MSG_CMSG_CLOEXEC);
    } while (length < 0 && errno == EINTR);
    if (length < 0 && errno == ENOTSOCK) length = ::read(channel, &received.message, sizeof received.message);
    // A child that is killed with data of ours unread resets the connection.
    if (length < 0 && errno == ECONNRESET) return std::nullopt;
    if (check(length, "hear from the container's process") == 0) return std::nullopt;
    const cmsghdr* rights = CMSG_FIRSTHDR(&header);
    if (rights && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS) {
        int descriptor = -1;
        std::memcpy(&descriptor, CMSG_DATA(rights), sizeof descriptor);
        received.descriptor.reset(descriptor);
    }
    received.message.object[sizeof received.message.object - 1] = '\0';
    return received;
}

bool let_go_on(int channel) {
    init::Message message{.kind = init::Kind::go_on};
    return ::send(channel, &message, sizeof message, MSG_NOSIGNAL) == sizeof message;
}

}  // namespace dhow::runtime::parent
