#pragma once
// What BuildKit's face needs of those above the builder: they hand it in.

#include <memory>
#include <string>

#include "base/async/task.hpp"
#include "build/files/stop.hpp"
#include "oci/digest.hpp"
#include "registry/options.hpp"

namespace dhow::build::buildkit {

class Backend {
  public:
    virtual ~Backend() = default;
    /// The id of the network that a RUN is on unless told otherwise; "" when it has none.
    virtual std::string default_network() = 0;
    /// The machine's address as containers on that network see it: what `host-gateway` means. "" without one.
    virtual std::string host_address() = 0;
    /// Gives an image a name, as `docker tag` does. @throws InvalidArgument for one that is malformed
    virtual Task<void> name_image(std::string image, std::string name) = 0;
    /// Sends an image that has this name to its registry. @throws what the registry refuses
    virtual Task<void> push_image(std::string name, registry::Credentials credentials,
                                  std::shared_ptr<Cancellation> stop) = 0;
    /// Removes an image that has no name. @throws Conflict when something stands on it
    virtual Task<void> remove_image(std::string image) = 0;
    /// Notes that an image is what a user built.
    virtual Task<void> note_result(oci::Digest image) = 0;
};

}  // namespace dhow::build::buildkit
