#include "runtime/init/channel.hpp"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <unistd.h>

namespace dhow::runtime::init {

bool send_message(int channel, const Message& message, int descriptor) noexcept {
    // write(2), because a seccomp filter may be loaded already that knows no sendmsg(2).
    if (descriptor < 0) return ::write(channel, &message, sizeof message) == sizeof message;
    iovec part{.iov_base = const_cast<Message*>(&message), .iov_len = sizeof message};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
    return ::sendmsg(channel, &header, MSG_NOSIGNAL) == sizeof message;
}

bool wait_for_parent(int channel) noexcept {
    Message message;
    ssize_t length;
    do {
        length = ::read(channel, &message, sizeof message);
    } while (length < 0 && errno == EINTR);
    return length > 0;
}

}  // namespace dhow::runtime::init
