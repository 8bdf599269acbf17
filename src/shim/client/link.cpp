#include "shim/client/link.hpp"

#include <boost/asio/redirect_error.hpp>

namespace dhow::shim {

using protocol::Kind;

ExitStatus to_exit_status(const protocol::Exit& exit) {
    return {exit.code, exit.oom_killed, parse_timestamp(exit.at)};
}

Link::Link(const asio::any_io_executor& executor, UniqueFd socket, Events events)
    : executor_(executor),
      channel_(std::move(socket)),
      descriptor_(executor, channel_.fd()),
      events_(std::move(events)) {}

Link::~Link() {
    // The channel closes it.
    if (descriptor_.is_open()) (void)descriptor_.release();
}

void Link::run() { asio::co_spawn(executor_, read(shared_from_this()), asio::detached); }

Task<void> Link::read(std::shared_ptr<Link> self) {
    boost::system::error_code error;
    bool open = true;
    while (open && !self->closed_) {
        co_await self->descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                                              asio::redirect_error(asio::use_awaitable, error));
        if (error) break;
        try {
            open = self->channel_.receive();
            while (!self->closed_) {
                auto frame = self->channel_.next();
                if (!frame) break;
                self->dispatch(std::move(*frame));
            }
        } catch (const Error&) {
            break;
        }
    }
    self->lose();
}

Task<void> Link::write(std::shared_ptr<Link> self) {
    boost::system::error_code error;
    try {
        while (!self->closed_ && !self->channel_.flush()) {
            co_await self->descriptor_.async_wait(asio::posix::stream_descriptor::wait_write,
                                                  asio::redirect_error(asio::use_awaitable, error));
            if (error) break;
        }
    } catch (const Error&) {
        // The reader sees the end of the connection too, and says so.
    }
    self->writing_ = false;
}

void Link::send(Kind kind, std::uint32_t number, std::string_view payload, UniqueFd descriptor) {
    if (closed_) throw Unavailable("the container's shim is gone");
    try {
        channel_.send(kind, number, payload, std::move(descriptor));
    } catch (const SystemError&) {
        throw Unavailable("the container's shim is gone");
    }
    if (channel_.idle() || std::exchange(writing_, true)) return;
    asio::co_spawn(executor_, write(shared_from_this()), asio::detached);
}

void Link::tell(Kind kind, std::string_view payload) { send(kind, 0, payload, {}); }

Task<std::string> Link::request(Kind kind, std::string payload, UniqueFd descriptor) {
    auto self = shared_from_this();
    auto pending = ask(kind, payload, std::move(descriptor));
    co_return co_await answer(std::move(pending));
}

std::shared_ptr<Link::Pending> Link::ask(Kind kind, std::string_view payload, UniqueFd descriptor) {
    auto number = next_request_++;
    auto pending = std::make_shared<Pending>(executor_, kind);
    send(kind, number, payload, std::move(descriptor));
    pending_.emplace(number, pending);
    return pending;
}

Task<std::string> Link::answer(std::shared_ptr<Pending> pending) {
    while (!pending->done) co_await pending->answered.wait();
    if (pending->kind == Kind::done) co_return std::move(pending->payload);
    if (pending->kind == Kind::failed)
        protocol::rethrow(protocol::decode<protocol::Failed>(pending->payload));
    throw Unavailable("the container's shim is gone");
}

void Link::dispatch(protocol::Frame frame) {
    switch (frame.kind) {
        case Kind::exited:
            return tell_exit(protocol::decode<protocol::Exit>(frame.payload));
        case Kind::exec_exited:
            return tell_exec_exit(protocol::decode<protocol::Exit>(frame.payload));
        case Kind::out_of_memory:
            if (events_.out_of_memory) events_.out_of_memory();
            return;
        default:
            break;
    }
    auto found = pending_.find(frame.request);
    if (found == pending_.end()) return;
    auto pending = std::move(found->second);
    pending_.erase(found);
    // A shim that could not make its container ends, and its end may be read right behind this.
    if (frame.kind == Kind::failed && (pending->asked == Kind::create || pending->asked == Kind::start))
        end_expected_ = true;
    pending->kind = frame.kind;
    pending->payload = std::move(frame.payload);
    pending->done = true;
    pending->answered.notify();
}

void Link::tell_exit(const protocol::Exit& exit) {
    if (closed_ || std::exchange(exit_told_, true)) return;
    // Copied: the callback may let go of all this.
    auto told = events_.exited;
    if (told) told(to_exit_status(exit));
}

void Link::tell_exec_exit(const protocol::Exit& exit) {
    if (closed_) return;
    auto told = events_.exec_exited;
    if (told) told(exit.exec_id, to_exit_status(exit));
}

void Link::lose() {
    bool surprise = !closed_ && !end_expected_ && !exit_told_;
    auto lost = events_.lost;
    close();
    if (surprise && lost) lost();
}

void Link::close() noexcept {
    if (std::exchange(closed_, true)) return;
    descriptor_.cancel();
    if (descriptor_.is_open()) (void)descriptor_.release();
    channel_ = protocol::Channel(UniqueFd());
    for (auto& [number, pending] : std::exchange(pending_, {})) {
        pending->done = true;
        pending->answered.notify();
    }
}

}  // namespace dhow::shim
