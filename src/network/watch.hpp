#pragma once
// Calls back when somebody else takes rules out of the daemon's table: a restart of nftables.service flushes
// all tables, and published ports and isolation must not be gone until a container happens to start.

#include <functional>
#include <string>
#include <thread>

#include "base/unique_fd.hpp"
#include "linux/nft/monitor.hpp"

namespace dhow::network {

class FirewallWatch {
  public:
    /// @param changed runs on the watch's own thread, a moment after the last of a series of changes. It also
    ///     runs after changes of the daemon's own, so it looks before it repairs.
    FirewallWatch(const std::string& table, std::function<void()> changed);
    ~FirewallWatch();
    FirewallWatch(const FirewallWatch&) = delete;

  private:
    void work(std::stop_token stop);

    linux::nft::Monitor monitor_;
    UniqueFd wake_;
    std::function<void()> changed_;
    std::jthread thread_;
};

}  // namespace dhow::network
