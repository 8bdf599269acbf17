#include "api/build/context_line.hpp"

#include <algorithm>

#include <sys/socket.h>

#include "api/http/socket.hpp"
#include "api/http/status.hpp"
#include "base/packing.hpp"
#include "base/random.hpp"
#include "build/contexts/receiver.hpp"
#include "wire/context_line.hpp"

namespace dhow::api::build {

namespace {

namespace line = wire::context_line;
using line::Kind;

/// Frames of a socket, read and written by blocking.
class Frames {
  public:
    explicit Frames(int socket) : socket_(socket) {}

    struct Frame {
        Kind kind;
        std::string payload;
    };
    /// Good until the next one. @throws Unavailable when the client is gone
    Frame& read() {
        std::array<char, line::header_size> bytes;
        fill(bytes);
        auto header = line::read_header({bytes.data(), bytes.size()});
        frame_.kind = header.kind;
        frame_.payload.resize(header.size);
        fill(frame_.payload);
        return frame_;
    }

    void write(Kind kind, std::string_view payload) {
        std::string frame;
        line::put_frame(frame, kind, payload);
        for (std::string_view rest = frame; !rest.empty();) {
            auto sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno == EINTR) continue;
            if (sent < 0) throw http::ClientGone();
            rest.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

  private:
    void fill(std::span<char> buffer) {
        while (!buffer.empty()) {
            auto count = ::recv(socket_, buffer.data(), buffer.size(), MSG_WAITALL);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) throw Unavailable("the client stopped sending its files");
            buffer = buffer.subspan(static_cast<std::size_t>(count));
        }
    }

    int socket_;
    Frame frame_{};
};

dhow::build::SentFile read_entry(line::Entry entry) {
    dhow::build::SentFile file;
    file.path = std::move(entry.path);
    file.mode = entry.mode;
    file.size = S_ISREG(entry.mode) ? entry.size : 0;
    file.time = entry.time;
    file.link = std::move(entry.link);
    if (S_ISREG(entry.mode))
        file.identity = dhow::build::FileIdentity{entry.inode, entry.changed, entry.settled};
    return file;
}

/// What the client has. @return the numbers of those whose content is to come
std::vector<std::uint32_t> describe(Frames& frames, dhow::build::Receiver& receiver,
                                    dhow::build::Context& context) {
    std::vector<std::uint32_t> wanted;
    std::uint32_t number = 0;
    while (true) {
        auto& frame = frames.read();
        if (frame.kind == Kind::described) break;
        if (frame.kind == Kind::dockerfile) {
            context.use_dockerfile(std::move(frame.payload));
        } else if (frame.kind == Kind::ignore) {
            context.use_ignore(std::move(frame.payload));
        } else if (frame.kind != Kind::entries) {
            throw InvalidArgument("the client sent content before it had described its files");
        } else {
            for (auto& entry : line::read_entries(frame.payload)) {
                bool is_empty = entry.size == 0;
                bool is_wanted = receiver.describe(read_entry(std::move(entry)));
                if (is_wanted && is_empty) receiver.complete(number);
                if (is_wanted && !is_empty) wanted.push_back(number);
                ++number;
            }
        }
    }
    receiver.described_all();
    return wanted;
}

void ask_for(Frames& frames, const std::vector<std::uint32_t>& wanted) {
    constexpr std::size_t most = line::longest_frame / sizeof(std::uint32_t);
    for (std::size_t begin = 0; begin < wanted.size(); begin += most) {
        auto end = std::min(begin + most, wanted.size());
        auto some = std::vector(wanted.begin() + static_cast<std::ptrdiff_t>(begin),
                                wanted.begin() + static_cast<std::ptrdiff_t>(end));
        frames.write(Kind::wanted, line::pack_numbers(some));
    }
    frames.write(Kind::described, "");
}

/// The contents, one behind the other, cut into frames anywhere.
void receive(Frames& frames, dhow::build::Receiver& receiver, const std::vector<std::uint32_t>& wanted) {
    store::Bytes rest;
    for (auto number : wanted) {
        for (auto lacking = receiver.lacking(number); lacking > 0; lacking = receiver.lacking(number)) {
            if (rest.empty()) {
                const auto& frame = frames.read();
                if (frame.kind != Kind::content || frame.payload.empty())
                    throw InvalidArgument("the client sent something else than its files' contents");
                rest = store::as_bytes(frame.payload);
            }
            auto part = rest.first(std::min(rest.size(), static_cast<std::size_t>(lacking)));
            receiver.receive(number, part);
            rest = rest.subspan(part.size());
        }
        receiver.complete(number);
    }
    if (!rest.empty()) throw InvalidArgument("the client sent more than it was asked for");
}

}  // namespace

Task<void> ContextLines::serve(http::Exchange& exchange) {
    auto key = exchange.request().query.text("key");
    if (key.empty()) throw InvalidArgument("a folder to build from needs a key");
    int ends[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "make a socket pair");
    UniqueFd ours(ends[0]), theirs(ends[1]);
    auto executor = co_await asio::this_coro::executor;
    auto lease = builder_.contexts().take(key);
    auto context = std::make_shared<dhow::build::Context>(lease.files, lease.release);
    co_await exchange.upgrade("");
    auto bringing = bring(std::move(lease), std::move(context), std::move(ours));
    asio::co_spawn(executor, std::move(bringing), asio::detached);
    co_await exchange.relay(std::move(theirs));
}

Task<void> ContextLines::bring(Lease lease, std::shared_ptr<dhow::build::Context> context, UniqueFd line) {
    auto executor = co_await asio::this_coro::executor;
    Frames frames(line.get());
    auto id = random_hex(32);
    std::string failure;
    try {
        auto work = [&frames, lease, context] {
            dhow::build::Receiver receiver(lease.files, lease.index);
            auto wanted = describe(frames, receiver, *context);
            ask_for(frames, wanted);
            build::receive(frames, receiver, wanted);
            context->know_contents(receiver.finish());
        };
        co_await builder_.services().pool.run(std::move(work));
    } catch (const Error& error) {
        pack(failure, static_cast<std::uint32_t>(http::status_of(error.kind())));
        pack(failure, error.message());
    }
    try {
        if (!failure.empty()) {
            frames.write(Kind::failed, failure);
            co_return;
        }
        ready_[id] = std::move(context);
        frames.write(Kind::received, id);
        // The client says no more: what ends this is that it goes.
        auto socket = http::adopt(executor, std::move(line));
        std::array<char, 1> end;
        co_await http::receive(socket, end);
    } catch (const http::ClientGone&) {
    }
    ready_.erase(id);
}

std::shared_ptr<dhow::build::Context> ContextLines::find(const std::string& id) const {
    auto found = ready_.find(id);
    if (found == ready_.end()) throw InvalidArgument("there is no folder to build from with the id {:?}", id);
    return found->second;
}

}  // namespace dhow::api::build
