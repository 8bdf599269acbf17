#pragma once
// A registry that serves what a test puts into it, true or not.

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "support/host.hpp"
#include "support/scripted_server.hpp"

namespace dhow::test {

/// Speaks as much of the distribution protocol as a pull needs, on 127.0.0.1 of a host.
class FalseRegistry {
  public:
    explicit FalseRegistry(const Host& host);

    std::string address() const { return server_->address(); }
    /// The name of its one image.
    std::string name() const { return address() + "/made:1"; }
    std::vector<std::string> heads() const { return server_->heads(); }

    /// From now on a request without Authorization is answered with 401.
    void asks_for_password();
    /// The next `count` requests for a manifest are answered with 429 and these seconds as Retry-After.
    void limits_rate(int count, int seconds);
    /// Puts an image of one empty layer there. `member`: more members of the layer's descriptor, with a comma
    /// in front; `config`: instead of a good one.
    void put_image(const std::string& member = "",
                   const std::string& layer_type = "application/vnd.oci.image.layer.v1.tar",
                   std::optional<std::string> config = {});
    /// The manifest of the image.
    std::string manifest() const;
    void put_manifest(const std::string& text,
                      const std::string& type = "application/vnd.oci.image.manifest.v1+json");

  private:
    std::string answer(const ScriptedRequest& request);
    /// @return its digest
    std::string put_blob(const std::string& content);

    mutable std::mutex mutex_;
    std::map<std::string, std::string> blobs_;
    std::string manifest_, manifest_type_;
    bool wants_password_ = false;
    int limited_ = 0, retry_after_ = 0;
    std::optional<ScriptedServer> server_;
};

}  // namespace dhow::test
