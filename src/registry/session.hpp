#pragma once
// What is known of one registry for one user: its addresses, what each wants to be shown, and which answers.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "registry/authorizer.hpp"
#include "registry/endpoints.hpp"

namespace dhow::registry {

enum class Purpose { pull, push };

/// Thread-safe; the clients of several threads share one.
class Session {
  public:
    /// `domain` as in an image's name: "docker.io", "localhost:5000". `options` must outlive it.
    Session(const Options& options, std::string domain, Credentials credentials, Purpose purpose);

    const Options& options() const { return options_; }
    const std::string& domain() const { return domain_; }

  private:
    friend class Client;
    struct Place {
        Endpoint endpoint;
        Authorizer authorizer;
    };

    const Options& options_;
    const std::string domain_;
    std::vector<std::unique_ptr<Place>> places_;
    std::atomic<std::size_t> settled_ = 0;  ///< the first place that is worth asking
};

}  // namespace dhow::registry
