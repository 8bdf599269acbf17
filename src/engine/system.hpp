#pragma once
// Facts about the daemon and its host: `docker info` and `docker version`.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/async/task.hpp"
#include "base/units.hpp"

namespace dhow::engine {

struct Core;

struct SystemInfo {
    std::string id;
    int containers = 0, containers_running = 0, containers_paused = 0, containers_stopped = 0;
    int images = 0;
    std::string driver = "overlay2";
    std::vector<std::pair<std::string, std::string>> driver_status;
    std::string data_root;
    bool memory_limit = false, swap_limit = false, cpu_cfs = false, cpu_shares = false, cpuset = false;
    bool pids_limit = false, oom_kill_disable = false, ipv4_forwarding = false;
    bool debug = false;
    int open_files = 0;
    int tasks = 0;  ///< threads of the daemon
    int event_listeners = 0;
    Timestamp time;
    std::string logging_driver;
    std::vector<std::string> log_drivers;
    std::string cgroup_driver = "cgroupfs";
    std::string cgroup_version;  ///< "1" or "2"
    std::string kernel_version, operating_system, os_version, architecture;
    int cpus = 0;
    std::int64_t memory_total = 0;  ///< bytes
    std::string name;               ///< hostname
    std::vector<std::string> labels;
    std::string http_proxy, https_proxy, no_proxy;
    std::vector<std::string> security_options;
    std::string init_binary;
    std::vector<std::string> warnings;
};

struct HostVersion {
    std::string kernel_version, architecture, os = "linux";
};

class System {
  public:
    explicit System(Core& core) : core_(core) {}
    System(const System&) = delete;

    Task<SystemInfo> info();
    HostVersion version() const;

  private:
    Core& core_;
};

}  // namespace dhow::engine
