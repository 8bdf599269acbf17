#pragma once
// POST /containers/{id}/exec, POST /exec/{id}/start, GET /exec/{id}/json

#include <optional>

#include "wire/codec.hpp"

namespace dhow::wire {

struct ExecCreate {
    std::string user;
    bool privileged = false;
    bool tty = false;
    std::optional<ConsoleSize> console_size;
    bool attach_stdin = false;
    bool attach_stderr = false;
    bool attach_stdout = false;
    std::string detach_keys;
    std::vector<std::string> env;
    std::string working_dir;
    Words cmd;
};

struct IdResponse {
    std::string id;
};

struct ExecStart {
    bool detach = false;
    bool tty = false;
    std::optional<ConsoleSize> console_size;
};

struct ExecProcess {
    bool tty = false;
    std::string entrypoint;
    std::vector<std::string> arguments;
    bool privileged = false;
    std::string user;
};

struct ExecInspect {
    std::string id;
    bool running = false;
    std::optional<std::int64_t> exit_code;  ///< null while it runs
    ExecProcess process_config;
    bool open_stdin = false;
    bool open_stderr = false;
    bool open_stdout = false;
    bool can_remove = false;
    std::string container_id;
    std::string detach_keys;
    std::int64_t pid = 0;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::ExecCreate> {
    static constexpr auto list = std::tuple{
        member("User", &wire::ExecCreate::user),
        member("Privileged", &wire::ExecCreate::privileged),
        member("Tty", &wire::ExecCreate::tty),
        member("ConsoleSize", &wire::ExecCreate::console_size, omit_empty),
        member("AttachStdin", &wire::ExecCreate::attach_stdin),
        member("AttachStderr", &wire::ExecCreate::attach_stderr),
        member("AttachStdout", &wire::ExecCreate::attach_stdout),
        member("DetachKeys", &wire::ExecCreate::detach_keys),
        member("Env", &wire::ExecCreate::env, null_empty),
        member("WorkingDir", &wire::ExecCreate::working_dir),
        member("Cmd", &wire::ExecCreate::cmd),
    };
};

template <>
struct Members<wire::IdResponse> {
    static constexpr auto list = std::tuple{member("Id", &wire::IdResponse::id)};
};

template <>
struct Members<wire::ExecStart> {
    static constexpr auto list = std::tuple{
        member("Detach", &wire::ExecStart::detach),
        member("Tty", &wire::ExecStart::tty),
        member("ConsoleSize", &wire::ExecStart::console_size, omit_empty),
    };
};

template <>
struct Members<wire::ExecProcess> {
    static constexpr auto list = std::tuple{
        member("tty", &wire::ExecProcess::tty),
        member("entrypoint", &wire::ExecProcess::entrypoint),
        member("arguments", &wire::ExecProcess::arguments),
        member("privileged", &wire::ExecProcess::privileged),
        member("user", &wire::ExecProcess::user, omit_empty),
    };
};

template <>
struct Members<wire::ExecInspect> {
    static constexpr auto list = std::tuple{
        member("ID", &wire::ExecInspect::id),
        member("Running", &wire::ExecInspect::running),
        member("ExitCode", &wire::ExecInspect::exit_code),
        member("ProcessConfig", &wire::ExecInspect::process_config),
        member("OpenStdin", &wire::ExecInspect::open_stdin),
        member("OpenStderr", &wire::ExecInspect::open_stderr),
        member("OpenStdout", &wire::ExecInspect::open_stdout),
        member("CanRemove", &wire::ExecInspect::can_remove),
        member("ContainerID", &wire::ExecInspect::container_id),
        member("DetachKeys", &wire::ExecInspect::detach_keys),
        member("Pid", &wire::ExecInspect::pid),
    };
};

}  // namespace dhow::json
