#pragma once
// Debian's docker-registry, as the peer of pulls and pushes.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/host.hpp"
#include "support/shell.hpp"

namespace dhow::test {

struct RegistryOptions {
    int port = 5000;
    bool tls = false;                ///< with a certificate of an authority of its own
    std::string host = "127.0.0.1";  ///< the address it listens on, and its certificate is for
    bool wants_certificate = false;  ///< with TLS: from its clients, of the same authority
    std::string user{}, password{};  ///< with htpasswd; empty: everybody may do everything
    std::string more{};              ///< lines more of its configuration
};

/// A docker-registry on an address of a host, on a folder of its own.
class Registry {
  public:
    explicit Registry(const Host& host, RegistryOptions options = {});

    /// Ends it; with start(), a restart on the same data.
    void stop();
    void start();
    /// SIGKILL: connections break where they are.
    void kill9();

    /// "127.0.0.1:5000"
    std::string address() const;
    /// A folder to give as certs.d: it holds the CA of this registry, if it has TLS.
    std::filesystem::path certificates() const { return scratch_.path() / "certs.d"; }
    /// Puts client.cert and client.key there, which this registry's authority has signed.
    void issue_client_certificate() const;
    std::filesystem::path data() const { return scratch_.path() / "data"; }
    std::string log() const { return read_file(scratch_.path() / "log"); }

    /// Why there is none on this machine; none if there is one.
    static std::optional<std::string> missing();

  private:
    void make_authority() const;
    /// Makes the files `certificate` and `key`, signed by the authority, with the extensions given.
    void sign(const std::filesystem::path& certificate, const std::filesystem::path& key,
              const std::vector<std::string>& extensions) const;

    const Host& host_;
    RegistryOptions options_;
    ScratchFolder scratch_;
    std::unique_ptr<Process> process_;
};

}  // namespace dhow::test
