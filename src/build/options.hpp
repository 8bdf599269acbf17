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
#include "build/dockerfile/instructions.hpp"
#include "build/dockerfile/words.hpp"
#include "bundle/spec.hpp"
#include "image/images.hpp"
#include "image/registries.hpp"
#include "network/networks.hpp"
#include "store/store.hpp"

namespace dhow::build {

namespace dockerfile {
struct LintWarning;
}

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

class Context;
class ImportedCache;
struct Plan;

/// --build-context: what a name in FROM and --from means instead of a stage's or an image's.
struct NamedContext {
    std::string image;               ///< another image's name or id; "" for files
    std::shared_ptr<Context> files;  ///< null until they, or an image of the client's, are here
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
    /// Sockets that lead to the agents of RUN --mount=type=ssh, by their id; "default" is the usual one.
    std::map<std::string, std::filesystem::path> agents;
    Network network;
    std::vector<std::string> extra_hosts;  ///< "name:address"
    std::int64_t shm_size = 64LL << 20;
    bundle::Resources resources;
    std::vector<bundle::Rlimit> rlimits;
    std::string cgroup_parent;                            ///< empty: the daemon's
    std::map<std::string, NamedContext> contexts;         ///< by their names in lower case
    std::vector<std::shared_ptr<ImportedCache>> imports;  ///< --cache-from; never null
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

    // For those who draw steps: told at once, whatever the order of the stages, by their number in the plan.

    /// The Dockerfile was read: what will be built.
    virtual void build_begins(const Plan& /*plan*/, const std::string& /*dockerfile*/) {}
    /// A mistake, most likely, in what is built all the same.
    virtual void warned(const dockerfile::LintWarning& /*warning*/) {}
    /// A stage begins on that image; "" when its base is another stage.
    virtual void stage_begins(std::size_t /*stage*/, const std::string& /*image*/) {}
    /// Its base is there; these of the base's ONBUILD come before its own instructions.
    virtual void stage_stands(std::size_t /*stage*/,
                              const std::vector<dockerfile::Instruction>& /*triggers*/) {}
    /// An instruction begins; `lookup` gives the variables that it sees.
    virtual void step_begins(std::size_t /*stage*/, const dockerfile::Instruction& /*step*/,
                             const dockerfile::Lookup& /*lookup*/) {}
    /// It needs no work: an earlier build did it.
    virtual void step_reused(std::size_t /*stage*/) {}
    /// What its command writes; the command waits until this returns.
    virtual Task<void> step_output(std::size_t /*stage*/, bool /*is_error*/, const std::string& /*bytes*/) {
        co_return;
    }
    /// It is done, or failed.
    virtual void step_ends(std::size_t /*stage*/, std::exception_ptr /*failure*/) {}
};

}  // namespace dhow::build
