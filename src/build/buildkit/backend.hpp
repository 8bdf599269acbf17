#pragma once
// What BuildKit's face needs of those above the builder: they hand it in.

#include <string>

#include "base/async/task.hpp"

namespace dhow::build::buildkit {

class Backend {
  public:
    virtual ~Backend() = default;
    /// The id of the network that a RUN is on unless told otherwise. @throws NotFound
    virtual std::string default_network() = 0;
    /// The machine's address as containers on that network see it: what `host-gateway` means. "" without one.
    virtual std::string host_address() = 0;
    /// Gives an image a name, as `docker tag` does. @throws InvalidArgument for one that is malformed
    virtual Task<void> name_image(std::string image, std::string name) = 0;
};

}  // namespace dhow::build::buildkit
