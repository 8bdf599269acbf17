#include "shim/protocol/channel.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace dhow::shim::protocol {

namespace {

constexpr std::size_t header_size = 12;
constexpr std::size_t read_size = 16 << 10;

void put32(std::string& bytes, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift & 0xff);
}

std::uint32_t get32(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

/// Names the socket through the directory's descriptor, so that the 108 bytes of sun_path always suffice.
struct Address {
    explicit Address(const std::filesystem::path& run_directory)
        : directory(::open(run_directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
        if (!directory) return;
        name.sun_family = AF_UNIX;
        auto path = fmt::format("/proc/self/fd/{}/{}", directory.get(), socket_name);
        std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
    }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&name); }

    UniqueFd directory;
    sockaddr_un name{};
};

}  // namespace

bool Channel::receive() {
    while (true) {
        std::array<char, read_size> buffer;
        iovec part{buffer.data(), buffer.size()};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * 4)> control;
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        auto got = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && would_block(errno)) return true;
        if (got < 0 && errno == ECONNRESET) return false;
        check(got, "read from the shim's socket");
        for (auto* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
            if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
            for (std::size_t at = 0; at + sizeof(int) <= header->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
                int fd = -1;
                std::memcpy(&fd, CMSG_DATA(header) + at, sizeof fd);
                descriptors_.emplace_back(fd);
            }
        }
        if (got == 0) return false;
        in_.append(buffer.data(), static_cast<std::size_t>(got));
        if (in_.size() > max_payload + header_size + read_size) return true;
    }
}

std::optional<Frame> Channel::next() {
    if (in_.size() < header_size) return std::nullopt;
    auto length = get32(in_, 0);
    if (static_cast<std::uint8_t>(in_[4]) != version)
        throw InvalidArgument("the peer speaks version {} of the shim's protocol, this is {}",
                              static_cast<int>(static_cast<std::uint8_t>(in_[4])), static_cast<int>(version));
    if (length > max_payload) throw InvalidArgument("a message of {} bytes is too large", length);
    if (in_.size() < header_size + length) return std::nullopt;
    Frame frame;
    frame.kind = static_cast<Kind>(in_[5]);
    frame.request = get32(in_, 8);
    if (in_[6] > 0) {
        if (descriptors_.empty()) throw InvalidArgument("a message came without its descriptor");
        frame.descriptor = std::move(descriptors_.front());
        descriptors_.pop_front();
    }
    frame.payload = in_.substr(header_size, length);
    in_.erase(0, header_size + length);
    if (in_.empty()) in_.shrink_to_fit();
    return frame;
}

void Channel::send(Kind kind, std::uint32_t request, std::string_view payload, UniqueFd descriptor) {
    if (payload.size() > max_payload)
        throw InvalidArgument("a message of {} bytes is too large", payload.size());
    if (queued_ > max_queued) throw Unavailable("the peer of the shim's socket does not read");
    Outgoing frame;
    frame.bytes.reserve(header_size + payload.size());
    put32(frame.bytes, static_cast<std::uint32_t>(payload.size()));
    frame.bytes += static_cast<char>(version);
    frame.bytes += static_cast<char>(kind);
    frame.bytes += static_cast<char>(descriptor ? 1 : 0);
    frame.bytes += '\0';
    put32(frame.bytes, request);
    frame.bytes += payload;
    frame.descriptor = std::move(descriptor);
    queued_ += frame.bytes.size();
    out_.push_back(std::move(frame));
    flush();
}

bool Channel::flush() {
    while (!out_.empty()) {
        auto& frame = out_.front();
        iovec part{frame.bytes.data() + frame.written, frame.bytes.size() - frame.written};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        if (frame.descriptor) {
            message.msg_control = control.data();
            message.msg_controllen = control.size();
            auto* header = CMSG_FIRSTHDR(&message);
            header->cmsg_level = SOL_SOCKET;
            header->cmsg_type = SCM_RIGHTS;
            header->cmsg_len = CMSG_LEN(sizeof(int));
            int fd = frame.descriptor.get();
            std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
        }
        auto sent = ::sendmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && would_block(errno)) return false;
        check(sent, "write to the shim's socket");
        frame.descriptor.reset();
        frame.written += static_cast<std::size_t>(sent);
        if (frame.written < frame.bytes.size()) continue;
        queued_ -= frame.bytes.size();
        out_.pop_front();
    }
    return true;
}

std::pair<UniqueFd, UniqueFd> socket_pair() {
    std::array<int, 2> ends{-1, -1};
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), "socketpair");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

UniqueFd listen(const std::filesystem::path& run_directory) {
    Address address(run_directory);
    check(address.directory.get(), "open {}", run_directory.string());
    UniqueFd socket(check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
    auto name = std::string(socket_name);
    if (::unlinkat(address.directory.get(), name.c_str(), 0) < 0 && errno != ENOENT)
        throw_errno(fmt::format("remove {}/{}", run_directory.string(), socket_name));
    // bind(2) applies the umask to the mode of the descriptor, so nobody can connect before a chmod.
    check(::fchmod(socket.get(), 0600), "fchmod of a socket");
    check(::bind(socket.get(), address.get(), sizeof(sockaddr_un)), "bind {}/{}", run_directory.string(),
          socket_name);
    check(::listen(socket.get(), 16), "listen at {}/{}", run_directory.string(), socket_name);
    return socket;
}

std::optional<UniqueFd> connect(const std::filesystem::path& run_directory) {
    Address address(run_directory);
    if (!address.directory) {
        if (errno == ENOENT) return std::nullopt;
        check(-1, "open {}", run_directory.string());
    }
    UniqueFd socket(check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
    if (::connect(socket.get(), address.get(), sizeof(sockaddr_un)) < 0) {
        if (errno == ENOENT || errno == ECONNREFUSED) return std::nullopt;
        throw_errno(fmt::format("connect to {}/{}", run_directory.string(), socket_name));
    }
    return socket;
}

uid_t peer_user(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    check(::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size), "SO_PEERCRED");
    return credentials.uid;
}

}  // namespace dhow::shim::protocol
