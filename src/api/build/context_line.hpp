#pragma once
// dhow's own: `dhow build FOLDER`. A client brings a folder on a connection of its own
// (wire/context_line.hpp), and only what changed since the last time; POST /build names it by an id.

#include <map>
#include <memory>
#include <string>

#include "api/http/exchange.hpp"
#include "build/builder.hpp"

namespace dhow::api::build {

/// Loop thread.
class ContextLines {
  public:
    /// `builder` outlives it.
    explicit ContextLines(dhow::build::Builder& builder) : builder_(builder) {}

    /// POST /build/context?key=KEY. The key says which folder it is: any text that is the same the next time.
    Task<void> serve(http::Exchange& exchange);

    /// The folder that was brought under that id, as long as its connection lives.
    /// @throws InvalidArgument
    std::shared_ptr<dhow::build::Context> find(const std::string& id) const;

  private:
    using Lease = dhow::build::Contexts::Lease;
    Task<void> bring(Lease lease, std::shared_ptr<dhow::build::Context> context, UniqueFd line);

    dhow::build::Builder& builder_;
    /// By id, which is the client's secret.
    std::map<std::string, std::shared_ptr<dhow::build::Context>> ready_;
};

}  // namespace dhow::api::build
