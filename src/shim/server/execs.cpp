#include "shim/server/execs.hpp"

#include <algorithm>

#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/units.hpp"

namespace dhow::shim {

Execs::Exec& Execs::find(const std::string& id) {
    auto found = execs_.find(id);
    if (found == execs_.end()) throw NotFound("No such exec instance: {}", id);
    return found->second;
}

void Execs::create(const protocol::ExecCreate& request) {
    if (execs_.contains(request.exec_id)) throw Conflict("exec instance {} exists", request.exec_id);
    Exec exec;
    exec.process = std::make_unique<oci::Process>(oci::read_process(request.process));
    exec.streams = std::make_unique<Streams>(
        loop_, Streams::Options{.open_stdin = request.in, .close_stdin = true, .log = nullptr});
    execs_.emplace(request.exec_id, std::move(exec));
}

pid_t Execs::start(const std::string& id, const std::filesystem::path& state_root,
                   const std::string& container) {
    auto& exec = find(id);
    if (exec.started) throw Conflict("exec instance {} has already been started", id);
    try {
        Streams::Ends ends;
        if (!exec.process->terminal) ends = exec.streams->open_pipes();
        if (!container_) container_.emplace(state_root, container);
        runtime::ExecRequest request{.process = std::move(*exec.process),
                                     .streams = {ends.in.get(), ends.out.get(), ends.err.get()}};
        exec.process.reset();
        auto process = runtime::exec(*container_, request);
        exec.started = true;
        exec.pid = process.pid;
        exec.pidfd = std::move(process.pidfd);
        exec.streams->begin(std::move(process.terminal));
        return exec.pid;
    } catch (...) {
        execs_.erase(id);
        throw;
    }
}

void Execs::attach(const std::string& id, UniqueFd socket, AttachmentOptions options) {
    find(id).streams->attach(std::move(socket), std::move(options));
}

void Execs::resize(const std::string& id, unsigned short rows, unsigned short columns) {
    auto& exec = find(id);
    if (!exec.started) throw Conflict("exec instance {} is not running", id);
    exec.streams->resize(rows, columns);
}

void Execs::kill(const std::string& id, int signal) {
    auto& exec = find(id);
    if (exec.pid < 0) throw Conflict("exec instance {} is not running", id);
    check(::syscall(SYS_pidfd_send_signal, exec.pidfd.get(), signal, nullptr, 0), "signal exec instance {}",
          id);
}

bool Execs::reaped(pid_t pid, int code) {
    auto found = std::ranges::find_if(execs_, [&](const auto& entry) { return entry.second.pid == pid; });
    if (found == execs_.end()) return false;
    auto& [id, exec] = *found;
    exec.pid = -1;
    exec.pidfd.reset();
    exec.streams->drain();
    exited_({.exec_id = id, .code = code, .oom_killed = false, .at = format_timestamp(now())});
    exec.streams->finish([this, id = id] { execs_.erase(id); });
    return true;
}

std::vector<std::string> Execs::running() const {
    std::vector<std::string> ids;
    for (const auto& [id, exec] : execs_)
        if (exec.pid >= 0) ids.push_back(id);
    return ids;
}

}  // namespace dhow::shim
