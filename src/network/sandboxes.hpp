#pragma once
// Network namespaces for containers. Making one takes 0.8 ms and ending one 20 ms or more, so a thread keeps
// a few ready and ends those that are given up, both when nobody waits.
//
// A namespace is pinned by a bind mount on <folder>/<id>: it can be joined by path, and it outlives a daemon
// that is killed. Whoever starts next finds by `found` which there are.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "linux/netlink/socket.hpp"

namespace dhow::network {

/// A namespace that is held open, and a socket inside of it: its interfaces are set up without entering it.
struct OpenSandbox {
    std::string id;
    std::filesystem::path path;
    UniqueFd fd;
    linux::netlink::Socket socket;
};

/// Safe to use from every thread; an OpenSandbox itself is for one at a time.
class Sandboxes {
  public:
    /// Makes `folder` (0711) and starts the thread. @param ready how many are kept waiting
    Sandboxes(std::filesystem::path folder, std::size_t ready);
    /// Ends those that wait; those that were taken stay pinned.
    ~Sandboxes();
    Sandboxes(const Sandboxes&) = delete;

    /// One that is ready, or a new one where none is.
    std::shared_ptr<OpenSandbox> take();

    /// Opens one that a former daemon pinned. @throws SystemError when it is not there.
    std::shared_ptr<OpenSandbox> open(const std::string& id) const;

    /// Ends one soon: the pin goes, and with the last holder of `sandbox` the namespace.
    void release(std::shared_ptr<OpenSandbox> sandbox) noexcept;
    /// The same for one that is pinned but not open.
    void release(const std::string& id) noexcept;

    /// The ids of those that were pinned before this object was made.
    const std::vector<std::string>& found() const { return found_; }

  private:
    std::shared_ptr<OpenSandbox> make() const;
    void work(std::stop_token stop);

    std::filesystem::path folder_;
    std::size_t target_;
    std::vector<std::string> found_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<std::shared_ptr<OpenSandbox>> ready_;
    std::vector<std::shared_ptr<OpenSandbox>> ending_;
    std::vector<std::string> ending_ids_;
    std::jthread thread_;
};

}  // namespace dhow::network
