#include "linux/netlink/socket.hpp"

#include <cerrno>
#include <cstring>

#include <linux/netlink.h>
#include <sys/socket.h>

#include "base/error.hpp"
#include "linux/netlink/attributes.hpp"

namespace dhow::linux::netlink {

namespace {

// One message of ours is a few hundred bytes; a dump's datagram is at most 32 KiB (netlink_dump in the
// kernel).
constexpr std::size_t message_room = 4096;
constexpr std::size_t answer_room = 32768;

/// The kernel's own words about an error (NLMSGERR_ATTR_MSG), or none.
std::string extended_text(const nlmsghdr* header) {
    const auto* error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(header));
    if (!(header->nlmsg_flags & NLM_F_ACK_TLVS)) return {};
    std::size_t offset = sizeof *error;
    if (!(header->nlmsg_flags & NLM_F_CAPPED)) offset += mnl_nlmsg_get_payload_len(&error->msg);
    std::string text;
    for_each_attribute(header, offset, [&](const nlattr* attribute) {
        if (mnl_attr_get_type(attribute) == NLMSGERR_ATTR_MSG)
            text = fmt::format(" ({})", mnl_attr_get_str(attribute));
    });
    return text;
}

[[noreturn]] void throw_answer(const nlmsghdr* header, const std::string& what) {
    const auto* error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(header));
    throw SystemError(-error->error, what + extended_text(header));
}

}  // namespace

nlmsghdr* Batch::add(std::uint16_t type, std::uint16_t flags, std::string what) {
    finish_last();
    buffer_.resize(used_ + message_room);
    std::memset(buffer_.data() + used_, 0, message_room);
    auto* header = mnl_nlmsg_put_header(buffer_.data() + used_);
    header->nlmsg_type = type;
    header->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    messages_.push_back({used_, std::move(what)});
    return header;
}

void Batch::finish_last() {
    if (messages_.empty()) return;
    const auto* header = reinterpret_cast<const nlmsghdr*>(buffer_.data() + messages_.back().offset);
    used_ = messages_.back().offset + MNL_ALIGN(header->nlmsg_len);
}

Socket::Socket(int protocol)
    : fd_(check(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol), "open a netlink socket")),
      answer_(answer_room) {
    int on = 1;
    check(::setsockopt(fd_.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on), "set NETLINK_EXT_ACK");
    check(::setsockopt(fd_.get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on), "set NETLINK_CAP_ACK");
}

void Socket::transmit(Batch& batch) {
    batch.finish_last();
    for (const auto& message : batch.messages_) {
        auto* header = reinterpret_cast<nlmsghdr*>(batch.buffer_.data() + message.offset);
        header->nlmsg_seq = ++sequence_;
        if ((header->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP) header->nlmsg_flags |= NLM_F_ACK;
    }
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    iovec data{batch.buffer_.data(), batch.used_};
    msghdr packet{};
    packet.msg_name = &kernel;
    packet.msg_namelen = sizeof kernel;
    packet.msg_iov = &data;
    packet.msg_iovlen = 1;
    check(::sendmsg(fd_.get(), &packet, 0), "send {} netlink messages, first {}", batch.messages_.size(),
          batch.messages_.front().what);
}

std::size_t Socket::receive() {
    for (;;) {
        auto length = ::recv(fd_.get(), answer_.data(), answer_.size(), 0);
        if (length < 0 && errno == EINTR) continue;
        return static_cast<std::size_t>(check(length, "receive from netlink"));
    }
}

void Socket::send(Batch batch) {
    if (batch.empty()) return;
    const auto first = sequence_ + 1;
    transmit(batch);
    std::exception_ptr failure;
    std::size_t answered = 0;
    while (answered < batch.messages_.size()) {
        int left = static_cast<int>(receive());
        const auto* header = reinterpret_cast<const nlmsghdr*>(answer_.data());
        for (; mnl_nlmsg_ok(header, left); header = mnl_nlmsg_next(header, &left)) {
            const auto index = header->nlmsg_seq - first;
            if (header->nlmsg_type != NLMSG_ERROR || index >= batch.messages_.size()) continue;
            ++answered;
            const auto* error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(header));
            if (error->error == 0 || failure) continue;
            try {
                throw_answer(header, batch.messages_[index].what);
            } catch (const SystemError&) {
                failure = std::current_exception();
            }
        }
    }
    if (failure) std::rethrow_exception(failure);
}

void Socket::ask(Batch request, const std::function<void(const nlmsghdr*)>& each) {
    transmit(request);
    for (;;) {
        int left = static_cast<int>(receive());
        const auto* header = reinterpret_cast<const nlmsghdr*>(answer_.data());
        for (; mnl_nlmsg_ok(header, left); header = mnl_nlmsg_next(header, &left)) {
            if (header->nlmsg_seq != sequence_) continue;
            if (header->nlmsg_type == NLMSG_DONE) return;
            if (header->nlmsg_type == NLMSG_ERROR) {
                const auto* error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(header));
                if (error->error != 0) throw_answer(header, request.messages_.back().what);
                return;
            }
            each(header);
        }
    }
}

}  // namespace dhow::linux::netlink
