#pragma once
// What the daemon's configuration, and a client's request, tell the builder.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/async/task.hpp"
#include "bundle/spec.hpp"
#include "image/images.hpp"
#include "image/registries.hpp"
#include "network/networks.hpp"
#include "store/store.hpp"

namespace dhow::build {

struct Options {
    std::filesystem::path exec_root;
    std::filesystem::path runtime;  ///< the dhow-runtime program
    std::string cgroup_parent;
    std::vector<std::string> dns, dns_options, dns_search;
};

/// What comes from the network.
struct Remotes {
    /// Brings an image into the store, with the engine's events.
    std::function<Task<std::vector<image::Pulled>>(image::PullRequest, image::ProgressSink,
                                                   std::shared_ptr<image::Cancellation>)>
        pull;
    /// A cancellation that the end of the daemon requests too.
    std::function<std::shared_ptr<image::Cancellation>()> make_cancellation;
    /// Proxies and certificates, for ADD of URLs too.
    registry::Options options;
};

/// The rooms below. Borrowed: all of it outlives the builder.
struct Services {
    asio::any_io_executor executor;
    BlockingPool& pool;
    store::Store& store;
    image::Images& images;
    network::Networks& networks;
    Options options;
    Remotes remotes;
};

/// What RUN's containers are connected to.
struct Network {
    enum class Mode { none, host, bridge };
    Mode mode = Mode::bridge;
    std::string id;  ///< of a bridge: the network's
};

struct Request {
    std::string dockerfile = "Dockerfile";  ///< relative to the context
    std::string target;
    std::map<std::string, std::optional<std::string>> arguments;  ///< --build-arg; none: unset
    std::map<std::string, std::string> labels;
    std::optional<oci::Platform> platform;
    bool no_cache = false;
    std::set<std::string> no_cache_stages;  ///< names or numbers: --no-cache-filter
    bool pull = false;                      ///< ask the registry for each base, also when it is here
    /// Of registries, by their domain: "docker.io".
    std::map<std::string, image::Credentials> credentials;
    std::map<std::string, std::string> secrets;  ///< contents of RUN --mount=type=secret by their id
    Network network;
    std::vector<std::string> extra_hosts;  ///< "name:address"
    std::int64_t shm_size = 64LL << 20;
    bundle::Resources resources;
    std::vector<bundle::Rlimit> rlimits;
    std::string cgroup_parent;  ///< empty: the daemon's
};

/// What a build says while it works. Each stage's words come together, in the order of the Dockerfile,
/// whichever ran first.
class Listener {
  public:
    virtual ~Listener() = default;
    /// Text for the user: "Step 1/2 : FROM busybox\n".
    virtual Task<void> text(std::string text) = 0;
    /// What a RUN wrote to its standard error.
    virtual Task<void> error_text(std::string text) = 0;
    /// A stage is complete: the image's id.
    virtual Task<void> image(std::string id) = 0;
};

}  // namespace dhow::build
