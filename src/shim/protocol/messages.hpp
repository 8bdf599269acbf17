#pragma once
// What the daemon and a shim say to each other, as a table.
//
// Both ends may be of different releases: a shim lives as long as its container, a daemon is upgraded under
// it. So payloads are JSON objects of which unknown members are ignored and missing ones have defaults; kinds
// keep their numbers for ever.
//
//   daemon -> shim         payload       answer (`done`)   may fail with
//   setup                  Setup         (none)            nothing: a fault is the answer of `create`
//   create                 -             Process           what runtime::create throws
//   start                  -             -                 what Created::start throws; the shim then ends
//   attach + descriptor    Attach        -                 not_found (no such exec), conflict (it is over)
//   exec_create            ExecCreate    -                 conflict (id in use, container not running)
//   exec_start             ExecId        Process           what runtime::exec throws; the exec is then gone
//   kill                   Kill          -                 conflict (not running)
//   exec_kill              Kill          -                 not_found
//   pause, resume          -             -                 what the runtime throws
//   update                 Update        -                 what the runtime throws
//   resize                 Resize        -                 not_found, conflict
//   status                 -             Status            -
//   dismiss                -             -                 conflict (it still runs)
//
//   shim -> daemon         payload       when
//   done, failed           see above     once for each request; `request` is that of the frame it answers
//   exited                 Exit          after exit.json was written; a daemon that comes later asks for
//   `status` exec_exited            Exit          once the exec's process is reaped and what it wrote was
//   read out_of_memory          -             the kernel killed a process of the container for memory

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace dhow::shim::protocol {

enum class Kind : std::uint8_t {
    setup = 1,
    create = 2,
    start = 3,
    attach = 4,
    exec_create = 5,
    exec_start = 6,
    kill = 7,
    exec_kill = 8,
    pause = 9,
    resume = 10,
    update = 11,
    resize = 12,
    status = 13,
    dismiss = 14,
    done = 64,
    failed = 65,
    exited = 96,
    exec_exited = 97,
    out_of_memory = 98,
};

struct Setup {
    std::string id, bundle, state_root, run_directory;
    std::string log_driver, log_path;
    std::int64_t log_max_size = -1;
    int log_max_files = 1;
    bool log_compress = false;
    bool open_stdin = false;
    bool stdin_once = false;
};

struct Process {
    int pid = -1;
};

struct Attach {
    std::string exec_id;  ///< empty: the container's first process
    bool in = false, out = false, err = false;
    std::string detach_keys;  ///< a digit pair (hexadecimal) a key, since keys are no text
};

struct ExecCreate {
    std::string exec_id;
    std::string process;  ///< an OCI process, as its JSON text
    bool in = false;
};

struct ExecId {
    std::string exec_id;
};

struct Kill {
    std::string exec_id;
    int signal = 0;
    bool all = false;
};

struct Update {
    std::string resources;  ///< OCI resources, as their JSON text
};

struct Resize {
    std::string exec_id;
    unsigned short rows = 0, columns = 0;
};

struct Exit {
    std::string exec_id;
    int code = 0;
    bool oom_killed = false;
    std::string at;  ///< RFC 3339
};

struct Status {
    int pid = -1;
    bool started = false;
    bool paused = false;
    std::vector<Exit> exit;  ///< one when it is over
    std::vector<std::string> running_execs;
    std::vector<Exit> ended_execs;  ///< those whose end no daemon was told of; told once
};

struct Failed {
    int kind = static_cast<int>(ErrorKind::internal);  ///< an ErrorKind
    std::string message;
};

/// Throws what `failed` carries, of its kind; an unknown kind is internal.
[[noreturn]] void rethrow(const Failed& failed);

/// The payload of `failed` for the exception being handled.
Failed current_failure();

std::string to_hex(const std::string& bytes);
/// @throws InvalidArgument for what is no hexadecimal.
std::string from_hex(const std::string& digits);

/// The conversions, compiled once.
template <typename Message>
std::string encode(const Message& message);
template <typename Message>
Message decode(const std::string& payload);

}  // namespace dhow::shim::protocol
