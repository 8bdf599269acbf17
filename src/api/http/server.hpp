#pragma once
// Accepts connections and keeps account of them.

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <unordered_set>
#include <vector>

#include "api/http/connection.hpp"
#include "api/http/listener.hpp"
#include "api/http/router.hpp"
#include "base/async/sync.hpp"

namespace dhow::api::http {

/// Lives on the loop thread, and must outlive what it spawned: destroy it after stop() was awaited, or after
/// the loop has stopped.
class Server {
  public:
    Server(asio::any_io_executor executor, Router router);
    ~Server();

    /// Clients may connect from now on; they are served once start() was called.
    void listen(std::vector<Listener> listeners);
    void start();

    /// Accepts no more, lets requests under way finish for as long as `patience`, then cuts what is left.
    Task<void> stop(std::chrono::milliseconds patience);

    /// Serves a connection that was made elsewhere, a socketpair's end say.
    void serve(UniqueFd fd);

    std::size_t connections() const { return connections_.size(); }

  private:
    struct Door {
        Listener listener;
        asio::posix::stream_descriptor readiness;
    };

    Task<void> accept(Door& door);
    Task<void> run(std::shared_ptr<Connection> connection);
    Task<void> cut_slow_heads();

    asio::any_io_executor executor_;
    Router router_;
    std::vector<std::unique_ptr<Door>> doors_;
    std::unordered_set<std::shared_ptr<Connection>> connections_;
    asio::steady_timer sweep_;
    TimedSignal closed_;
    bool stopping_ = false;
};

}  // namespace dhow::api::http
