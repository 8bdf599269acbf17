#pragma once
// The two connections by which clients use BuildKit's API: both are taken over and speak HTTP/2 from then on.

#include <memory>

#include "api/http/exchange.hpp"
#include "build/buildkit/control.hpp"
#include "engine/engine.hpp"
#include "engine/registries.hpp"

namespace dhow::api::build {

/// BuildKit's face of the builder, over the engine's names. Made for the first client that asks for it.
class BuildKit {
  public:
    BuildKit(engine::Engine& engine, engine::Registries& registries, dhow::build::Builder& builder);
    ~BuildKit();

    /// POST /grpc
    Task<void> grpc(http::Exchange& exchange);
    /// POST /session
    Task<void> session(http::Exchange& exchange);

  private:
    class Names;
    dhow::build::buildkit::Control& control();

    engine::Engine& engine_;
    engine::Registries& registries_;
    dhow::build::Builder& builder_;
    std::unique_ptr<Names> names_;
    std::unique_ptr<dhow::build::buildkit::Control> control_;
};

}  // namespace dhow::api::build
