#pragma once
// The engine: everything that api calls, and what the daemon starts and stops.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/async/task.hpp"
#include "engine/containers/containers.hpp"
#include "engine/events.hpp"
#include "engine/execs.hpp"
#include "engine/images.hpp"
#include "engine/networks.hpp"
#include "engine/options.hpp"
#include "engine/system.hpp"
#include "engine/volumes.hpp"

namespace dhow::store {
class Store;
}
namespace dhow::network {
class Networks;
}

namespace dhow::engine {

struct Core;

class Engine {
  public:
    /// All references are borrowed and must outlive the engine. Nothing runs before recover().
    Engine(asio::any_io_executor executor, BlockingPool& pool, store::Store& store, image::Images& images,
           network::Networks& networks, Options options);
    ~Engine();
    Engine(const Engine&) = delete;

    /// Reads the records, finds the shims that an earlier daemon left, takes exits that nobody heard of,
    /// undoes what was half made, and starts what restart policies want. To be awaited before requests are
    /// served.
    Task<void> recover();

    /// Containers keep running; their shims are let go. Pending waits and streams end.
    void close();

    Containers& containers();
    Execs& execs();
    Volumes& volumes();
    Images& images();
    Networks& networks();
    Events& events();
    System& system();
    const Options& options() const;

  private:
    std::unique_ptr<Core> core_;
};

}  // namespace dhow::engine
