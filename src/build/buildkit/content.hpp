#pragma once
// A content store of the client, that its session offers: containerd.services.content.v1.Content. buildx
// opens one for each folder of --cache-to and --cache-from type=local ("local:FOLDER"), and for each OCI
// layout of --build-context ("oci:NAME").

#include <functional>
#include <memory>
#include <string>

#include "build/buildkit/sessions.hpp"
#include "build/share/distant_blobs.hpp"

namespace dhow::build::buildkit {

class ClientContent final : public DistantBlobs {
  public:
    /// `store`: as the client names it.
    ClientContent(BlockingPool& pool, std::shared_ptr<Session> session, std::string store);

    Task<void> read(oci::Descriptor descriptor, std::function<void(image::Source&)> use,
                    std::shared_ptr<Cancellation> stop) override;

    /// Puts a blob there, unless it is there. `read` fills a buffer on the pool and gives the count, 0 at the
    /// end.
    Task<void> write(oci::Descriptor descriptor, std::function<std::size_t(std::span<char>)> read,
                     std::shared_ptr<Cancellation> stop);

  private:
    std::shared_ptr<rpc::Call> begin(const std::string& method) const;
    Task<bool> has(oci::Digest digest);

    BlockingPool& pool_;
    std::shared_ptr<Session> session_;
    std::string store_;
};

}  // namespace dhow::build::buildkit
