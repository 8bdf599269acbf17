#include "shim/server/attachment.hpp"

#include <array>
#include <cerrno>

#include <sys/socket.h>
#include <sys/uio.h>

#include "base/error.hpp"

namespace dhow::shim {

namespace {

constexpr std::size_t read_size = 8 << 10;

std::array<char, 8> frame_header(Stream stream, std::size_t length) {
    std::array<char, 8> header{};
    header[0] = static_cast<char>(stream);
    for (int i = 0; i < 4; ++i) header[7 - i] = static_cast<char>(length >> (8 * i) & 0xff);
    return header;
}

}  // namespace

Attachment::Attachment(Loop& loop, UniqueFd socket, AttachmentOptions options, Callbacks callbacks)
    : loop_(loop),
      socket_(std::move(socket)),
      options_(std::move(options)),
      callbacks_(std::move(callbacks)),
      escape_("") {
    loop_.watch(socket_.get(), 0, [this](std::uint32_t events) { ready(events); });
    watched_ = true;
}

Attachment::~Attachment() { loop_.forget(socket_.get()); }

void Attachment::begin(bool terminal) {
    begun_ = true;
    terminal_ = terminal;
    // As docker has it: only a terminal's user can type the keys.
    if (terminal) escape_ = EscapeFilter(options_.detach_keys);
    update();
}

bool Attachment::wants(Stream stream) const noexcept {
    if (over_ || finishing_) return false;
    return terminal_ ? options_.out || options_.err : stream == Stream::out ? options_.out : options_.err;
}

void Attachment::write(Stream stream, std::string_view bytes) {
    if (over_ || bytes.empty()) return;
    auto header = frame_header(stream, bytes.size());
    std::size_t prefix = terminal_ ? 0 : header.size();
    std::size_t sent = 0;
    if (waiting_.empty()) {
        std::array<iovec, 2> parts{iovec{header.data(), prefix},
                                   iovec{const_cast<char*>(bytes.data()), bytes.size()}};
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        auto wrote = ::sendmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (wrote < 0 && errno != EAGAIN && errno != EINTR) return end();
        sent = wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
    }
    if (sent < prefix) waiting_.append(header.data() + sent, prefix - sent);
    std::size_t payload_sent = sent > prefix ? sent - prefix : 0;
    waiting_.append(bytes.substr(payload_sent));
    if (!waiting_.empty()) update();
}

void Attachment::write_out() {
    while (!waiting_.empty()) {
        auto wrote = ::send(socket_.get(), waiting_.data(), waiting_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0 && errno == EAGAIN) return;
        if (wrote < 0) return end();
        waiting_.erase(0, static_cast<std::size_t>(wrote));
    }
    waiting_.shrink_to_fit();
    if (finishing_) return end();
    update();
    callbacks_.unblocked();
}

void Attachment::read_input() {
    std::array<char, read_size> buffer;
    auto got = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        if (hung_up_) end();
        return;
    }
    if (got <= 0) {
        input_over_ = true;
        bool gone = hung_up_;
        update();
        if (options_.in) callbacks_.input_ended();
        if (gone && !over_) end();
        return;
    }
    // Without input wanted it is read all the same: only so is the end of the other side noticed.
    if (!options_.in) return;
    auto typed = escape_.feed(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
    if (!typed.pass.empty()) callbacks_.input(typed.pass);
    if (typed.detach) end();
}

void Attachment::ready(std::uint32_t events) {
    if (events & (EPOLLHUP | EPOLLERR)) {
        hung_up_ = true;
        waiting_.clear();
        // What was typed before the close still counts; a hang-up is reported without end, so it is not
        // watched.
        if (!begun_ || input_over_ || !options_.in) return end();
        if (input_paused_) return update();
    }
    if (events & EPOLLOUT) write_out();
    if (!over_ && begun_ && !input_paused_ && (events & (EPOLLIN | EPOLLHUP))) read_input();
}

void Attachment::pause_input() {
    input_paused_ = true;
    update();
}

void Attachment::resume_input() {
    input_paused_ = false;
    update();
}

void Attachment::finish() {
    finishing_ = true;
    if (waiting_.empty()) end();
}

void Attachment::update() {
    if (over_) return;
    bool reads = begun_ && !input_paused_ && !input_over_;
    if (hung_up_ && !reads) {
        if (watched_) loop_.forget(socket_.get());
        watched_ = false;
        return;
    }
    if (!watched_) loop_.watch(socket_.get(), 0, [this](std::uint32_t events) { ready(events); });
    watched_ = true;
    loop_.change(socket_.get(), (reads ? EPOLLIN : 0U) | (waiting_.empty() ? 0U : EPOLLOUT));
}

void Attachment::end() {
    if (over_) return;
    over_ = true;
    waiting_.clear();
    loop_.forget(socket_.get());
    ::shutdown(socket_.get(), SHUT_RDWR);
    callbacks_.over();
}

}  // namespace dhow::shim
