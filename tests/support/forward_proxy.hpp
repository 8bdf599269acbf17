#pragma once
// A proxy for HTTP, as networks that reach registries only through one have it.

#include <optional>
#include <string>
#include <vector>

#include "support/host.hpp"
#include "support/scripted_server.hpp"

namespace dhow::test {

/// Passes requests for http:// URLs on and tunnels for CONNECT (RFC 9110, 9.3.6), on 127.0.0.1 of a host. It
/// knows addresses only, no names.
class ForwardProxy {
  public:
    explicit ForwardProxy(const Host& host);

    /// "http://127.0.0.1:PORT"
    std::string url() const { return "http://" + server_->address(); }
    /// All requests so far: "CONNECT 192.0.2.1:5000", "GET http://192.0.2.1:5000/v2/".
    std::vector<std::string> requests() const { return server_->requests(); }

  private:
    std::optional<ScriptedServer> server_;
};

}  // namespace dhow::test
