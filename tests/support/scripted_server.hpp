#pragma once
// An HTTP server that says what a test tells it to, true or not.

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"

namespace dhow::test {

/// A request as it came.
struct ScriptedRequest {
    std::string method, target;
    std::string head;  ///< request line and headers
    std::string body;
    /// A header's value, or "". The name in the case it was sent.
    std::string header(const std::string& name) const;
};

/// Listens on 127.0.0.1 of the network namespace of the thread that makes it. One connection carries one
/// request: after the answer it is closed.
class ScriptedServer {
  public:
    /// Gives the bytes of a whole answer, head and body. Called on threads of the server.
    using Script = std::function<std::string(const ScriptedRequest&)>;

    /// What happens on a connection after its answer.
    using Sequel = std::function<void(int fd, const ScriptedRequest&)>;

    explicit ScriptedServer(Script script, Sequel sequel = {});
    ~ScriptedServer();

    /// "127.0.0.1:PORT"
    std::string address() const;
    /// All requests so far, as "METHOD target".
    std::vector<std::string> requests() const;
    /// The heads of all requests so far.
    std::vector<std::string> heads() const;
    /// All requests so far.
    std::vector<ScriptedRequest> all() const;

    /// "HTTP/1.1 STATUS x", the headers, Content-Length and the body.
    static std::string answer(int status, const std::string& body = "",
                              const std::vector<std::string>& headers = {});

    /// Reads until `text` holds what `enough` wants; false at the end of the stream.
    static bool read_until(int fd, std::string& text, const std::function<bool()>& enough);
    static void send_all(int fd, std::string_view text);

  private:
    void accept_all();
    void serve(UniqueFd connection);

    Script script_;
    Sequel sequel_;
    UniqueFd listener_;
    int port_ = 0;
    mutable std::mutex mutex_;
    std::vector<ScriptedRequest> requests_;
    std::vector<std::thread> connections_;
    std::thread acceptor_;
};

}  // namespace dhow::test
