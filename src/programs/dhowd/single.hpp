#pragma once
// What makes a daemon one: its pid file, and word to systemd.

#include <filesystem>
#include <string>

#include "base/unique_fd.hpp"

namespace dhow::daemon {

/// A pid file that is held as long as the daemon lives, and removed with it.
class PidFile {
  public:
    /// @throws Conflict when another process that lives holds it; SystemError.
    explicit PidFile(std::filesystem::path path);
    ~PidFile();
    PidFile(const PidFile&) = delete;

  private:
    std::filesystem::path path_;
    UniqueFd file_;
};

/// Tells the service manager, when there is one (sd_notify(3)): "READY=1", "STOPPING=1".
void notify_service_manager(const std::string& state);

}  // namespace dhow::daemon
