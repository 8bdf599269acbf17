#pragma once
// A token server, as registries name one (distribution.github.io/distribution/spec/auth/jwt).

#include <string>
#include <vector>

#include "support/scripted_server.hpp"
#include "support/shell.hpp"

namespace dhow::test {

/// Gives ann, whose password is "secret", tokens for what she asks for, and those without a name tokens to
/// read; it refuses everybody else. Listens on 127.0.0.1 of the network namespace of the thread that makes
/// it.
class TokenServer {
  public:
    enum class Nobody { reads, gets_nothing };
    explicit TokenServer(Nobody nobody = Nobody::reads);

    /// The lines of a registry's configuration that make it send its clients here.
    std::string configuration() const;
    /// All requests so far, as "ann: repository:a/b:pull,push", with a name or none before the colon.
    std::vector<std::string> requests() const;

  private:
    std::string answer(const ScriptedRequest& request) const;
    std::string sign(const std::string& text) const;

    Nobody nobody_;
    ScratchFolder scratch_;  ///< cert.pem and key.pem
    ScriptedServer server_;
};

}  // namespace dhow::test
