#pragma once
// One more process in a running container (`docker exec`). Lives as long as the container runs.

#include <optional>
#include <string>
#include <vector>

#include "base/units.hpp"

namespace dhow::engine {

struct ExecConfig {
    std::string user;
    bool privileged = false;
    bool tty = false;
    bool attach_stdin = false;
    bool attach_stdout = false;
    bool attach_stderr = false;
    std::string detach_keys;
    std::vector<std::string> env;
    std::string working_dir;
    std::vector<std::string> cmd;
    std::optional<std::pair<unsigned short, unsigned short>> console_size;  ///< rows, columns
};

enum class ExecPhase { created, starting, running, exited };

struct Exec {
    std::string id;  ///< 64 hexadecimal digits
    std::string container_id;
    ExecConfig config;
    ExecPhase phase = ExecPhase::created;
    int pid = 0;
    std::optional<int> exit_code;
    Timestamp exited_at;
};

}  // namespace dhow::engine
