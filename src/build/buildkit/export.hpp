#pragma once
// What becomes of a built image: a name here, or files at the client.

#include <memory>
#include <string>
#include <vector>

#include "build/buildkit/backend.hpp"
#include "build/buildkit/protocol/control.pb.h"
#include "build/buildkit/sessions.hpp"
#include "build/buildkit/status.hpp"
#include "build/files/stop.hpp"
#include "build/options.hpp"

namespace dhow::build::buildkit {

/// Whom and what it takes. All but the session outlive it.
struct Shipment {
    Services& services;
    Backend& backend;
    StatusLog& status;
    std::shared_ptr<Session> session;
    std::shared_ptr<Cancellation> stop;
};

/// What the client wants done. @throws NotImplemented, InvalidArgument before anything is built
std::vector<protocol::Exporter> exporters_of(const protocol::SolveRequest& request);

/// Does it. @return what the client is told of the image
Task<protocol::SolveResponse> export_image(Shipment shipment, oci::Digest image,
                                           std::vector<protocol::Exporter> exporters);

}  // namespace dhow::build::buildkit
