#include "shim/protocol/messages.hpp"

namespace dhow::json {

namespace protocol = dhow::shim::protocol;

template <>
struct Members<protocol::Setup> {
    using T = protocol::Setup;
    static constexpr auto list = std::tuple{member("id", &T::id),
                                            member("bundle", &T::bundle),
                                            member("state_root", &T::state_root),
                                            member("run_directory", &T::run_directory),
                                            member("log_driver", &T::log_driver),
                                            member("log_path", &T::log_path),
                                            member("log_max_size", &T::log_max_size),
                                            member("log_max_files", &T::log_max_files),
                                            member("log_compress", &T::log_compress),
                                            member("open_stdin", &T::open_stdin),
                                            member("stdin_once", &T::stdin_once)};
};
template <>
struct Members<protocol::Process> {
    static constexpr auto list = std::tuple{member("pid", &protocol::Process::pid)};
};
template <>
struct Members<protocol::Attach> {
    using T = protocol::Attach;
    static constexpr auto list =
        std::tuple{member("exec_id", &T::exec_id, omit_empty), member("in", &T::in), member("out", &T::out),
                   member("err", &T::err), member("detach_keys", &T::detach_keys, omit_empty)};
};
template <>
struct Members<protocol::ExecCreate> {
    using T = protocol::ExecCreate;
    static constexpr auto list =
        std::tuple{member("exec_id", &T::exec_id), member("process", &T::process), member("in", &T::in)};
};
template <>
struct Members<protocol::ExecId> {
    static constexpr auto list = std::tuple{member("exec_id", &protocol::ExecId::exec_id)};
};
template <>
struct Members<protocol::Kill> {
    using T = protocol::Kill;
    static constexpr auto list = std::tuple{member("exec_id", &T::exec_id, omit_empty),
                                            member("signal", &T::signal), member("all", &T::all)};
};
template <>
struct Members<protocol::Update> {
    static constexpr auto list = std::tuple{member("resources", &protocol::Update::resources)};
};
template <>
struct Members<protocol::Resize> {
    using T = protocol::Resize;
    static constexpr auto list = std::tuple{member("exec_id", &T::exec_id, omit_empty),
                                            member("rows", &T::rows), member("columns", &T::columns)};
};
template <>
struct Members<protocol::Exit> {
    using T = protocol::Exit;
    static constexpr auto list =
        std::tuple{member("exec_id", &T::exec_id, omit_empty), member("code", &T::code),
                   member("oom_killed", &T::oom_killed), member("at", &T::at)};
};
template <>
struct Members<protocol::Status> {
    using T = protocol::Status;
    static constexpr auto list = std::tuple{member("pid", &T::pid),
                                            member("started", &T::started),
                                            member("paused", &T::paused),
                                            member("exit", &T::exit, omit_empty),
                                            member("running_execs", &T::running_execs, omit_empty),
                                            member("ended_execs", &T::ended_execs, omit_empty)};
};
template <>
struct Members<protocol::Failed> {
    using T = protocol::Failed;
    static constexpr auto list = std::tuple{member("kind", &T::kind), member("message", &T::message)};
};

}  // namespace dhow::json

namespace dhow::shim::protocol {

void rethrow(const Failed& failed) {
    switch (static_cast<ErrorKind>(failed.kind)) {
        case ErrorKind::invalid_argument:
            throw InvalidArgument("{}", failed.message);
        case ErrorKind::unauthorized:
            throw Unauthorized("{}", failed.message);
        case ErrorKind::forbidden:
            throw Forbidden("{}", failed.message);
        case ErrorKind::not_found:
            throw NotFound("{}", failed.message);
        case ErrorKind::conflict:
            throw Conflict("{}", failed.message);
        case ErrorKind::unavailable:
            throw Unavailable("{}", failed.message);
        case ErrorKind::not_implemented:
            throw NotImplemented("{}", failed.message);
        case ErrorKind::internal:
            break;
    }
    throw InternalError("{}", failed.message);
}

Failed current_failure() {
    try {
        throw;
    } catch (const Error& error) {
        return {static_cast<int>(error.kind()), error.message()};
    } catch (const std::exception& error) {
        return {static_cast<int>(ErrorKind::internal), error.what()};
    }
}

std::string to_hex(const std::string& bytes) {
    std::string digits;
    for (unsigned char byte : bytes) digits += fmt::format("{:02x}", byte);
    return digits;
}

std::string from_hex(const std::string& digits) {
    if (digits.size() % 2 != 0 || digits.find_first_not_of("0123456789abcdef") != std::string::npos)
        throw InvalidArgument("\"{}\" is not hexadecimal", digits);
    std::string bytes;
    for (std::size_t at = 0; at < digits.size(); at += 2)
        bytes += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
    return bytes;
}

template <typename Message>
std::string encode(const Message& message) {
    return json::write(message);
}

template <typename Message>
Message decode(const std::string& payload) {
    return json::read<Message>(payload);
}

#define DHOW_SHIM_MESSAGE(Message)               \
    template std::string encode(const Message&); \
    template Message decode(const std::string&)
DHOW_SHIM_MESSAGE(Setup);
DHOW_SHIM_MESSAGE(Process);
DHOW_SHIM_MESSAGE(Attach);
DHOW_SHIM_MESSAGE(ExecCreate);
DHOW_SHIM_MESSAGE(ExecId);
DHOW_SHIM_MESSAGE(Kill);
DHOW_SHIM_MESSAGE(Update);
DHOW_SHIM_MESSAGE(Resize);
DHOW_SHIM_MESSAGE(Exit);
DHOW_SHIM_MESSAGE(Status);
DHOW_SHIM_MESSAGE(Failed);
#undef DHOW_SHIM_MESSAGE

}  // namespace dhow::shim::protocol
