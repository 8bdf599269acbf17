#include "build/agents.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/unique_fd.hpp"
#include "store/files.hpp"

namespace dhow::build {

namespace {

/// Bound through the folder's descriptor: the whole path may be too long for an address.
UniqueFd bind_in(const std::filesystem::path& folder, const std::string& name) {
    UniqueFd place(
        check(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), "open {}", folder.string()));
    UniqueFd socket(check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "make a socket"));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    auto path = fmt::format("/proc/self/fd/{}/{}", place.get(), name);
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    check(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind a socket");
    check(::listen(socket.get(), 16), "listen on a socket");
    return socket;
}

Task<void> carry_bytes(std::shared_ptr<AgentSocket> from, std::shared_ptr<AgentSocket> to) {
    std::string buffer(32 << 10, '\0');
    boost::system::error_code failed;
    while (true) {
        auto count = co_await from->async_read_some(asio::buffer(buffer),
                                                    asio::redirect_error(asio::use_awaitable, failed));
        if (failed || count == 0) break;
        auto part = asio::buffer(buffer.data(), count);
        co_await asio::async_write(*to, part, asio::redirect_error(asio::use_awaitable, failed));
        if (failed) break;
    }
    boost::system::error_code ignored;
    to->shutdown(AgentSocket::shutdown_send, ignored);
    from->shutdown(AgentSocket::shutdown_receive, ignored);
}

}  // namespace

struct Agents::Listener {
    Listener(asio::any_io_executor executor, int fd)
        : acceptor(std::move(executor), asio::local::stream_protocol(), fd) {}
    asio::local::stream_protocol::acceptor acceptor;
};

std::filesystem::path Agents::open(asio::any_io_executor executor, const std::filesystem::path& exec_root,
                                   CarryAgent carry) {
    if (folder_.empty()) {
        auto root = exec_root / "build-secrets";
        store::make_private_directory(root);
        folder_ = root / random_hex(16);
        store::make_private_directory(folder_);
    }
    auto name = fmt::format("agent{}", listeners_.size());
    auto socket = bind_in(folder_, name);
    auto listener = std::make_shared<Listener>(executor, socket.get());
    (void)socket.release();
    listeners_.push_back(listener);
    auto accept = [](std::shared_ptr<Listener> from, CarryAgent to) -> Task<void> {
        auto loop = co_await asio::this_coro::executor;
        while (true) {
            boost::system::error_code failed;
            auto accepted =
                co_await from->acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failed));
            if (failed) co_return;
            auto shared = std::make_shared<AgentSocket>(std::move(accepted));
            asio::co_spawn(loop, to(std::move(shared)), asio::detached);
        }
    };
    asio::co_spawn(executor, accept(listener, std::move(carry)), asio::detached);
    return folder_ / name;
}

Agents::~Agents() {
    boost::system::error_code ignored;
    for (auto& listener : listeners_) listener->acceptor.close(ignored);
    std::error_code gone;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, gone);
}

Task<void> join_sockets(std::shared_ptr<AgentSocket> one, std::shared_ptr<AgentSocket> other) {
    auto executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, carry_bytes(other, one), asio::detached);
    co_await carry_bytes(one, other);
}

}  // namespace dhow::build
