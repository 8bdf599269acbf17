#include "runtime/state_file.hpp"

#include <cctype>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "linux/cgroup/cgroup.hpp"
#include "linux/pidfd.hpp"
#include "linux/proc.hpp"

namespace dhow::runtime {

void check_id(const std::string& id) {
    bool good = !id.empty() && id.size() <= 255 && id.front() != '.' && id.front() != '-';
    for (char letter : id)
        good = good && (std::isalnum(static_cast<unsigned char>(letter)) || letter == '_' || letter == '+' ||
                        letter == '-' || letter == '.');
    if (!good) throw InvalidArgument("invalid container id format: \"{}\"", id);
}

std::filesystem::path state_directory(const std::filesystem::path& state_root, const std::string& id) {
    check_id(id);
    return state_root / id;
}

StateFile read_state(const std::filesystem::path& state_root, const std::string& id) {
    auto text = linux::read_small_file(state_directory(state_root, id) / "state.json");
    if (!text || text->empty()) throw NotFound("container \"{}\" does not exist", id);
    return json::read<StateFile>(*text);
}

void write_state(const std::filesystem::path& state_root, const StateFile& state) {
    // One write, and only once: who reads it finds all of it or, a moment before, nothing.
    auto path = state_directory(state_root, state.id) / "state.json";
    auto text = json::write(state);
    UniqueFd file(check(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), "create {}",
                        path.native()));
    check(::write(file.get(), text.data(), text.size()), "write {}", path.native());
}

void remove_state(const std::filesystem::path& state_root, const std::string& id) {
    auto directory = state_directory(state_root, id);
    for (const char* name : {"state.json", gate_name, report_name}) ::unlink((directory / name).c_str());
    if (::rmdir(directory.c_str()) < 0 && errno != ENOENT) std::filesystem::remove_all(directory);
}

UniqueFd find_process(const StateFile& state) {
    if (state.pid <= 0) return {};
    UniqueFd pidfd;
    try {
        pidfd = linux::pidfd_open(state.pid);
    } catch (const SystemError& error) {
        if (error.is(std::errc::no_such_process)) return {};
        throw;
    }
    // Opened first, asked then: what is asked about cannot be replaced by another process any more.
    auto status = linux::process_status(state.pid);
    bool same =
        status && status->start_time == state.start_time && status->state != 'Z' && status->state != 'X';
    return same ? std::move(pidfd) : UniqueFd();
}

Status status_of(const std::filesystem::path& state_root, const StateFile& state) {
    if (!find_process(state)) return Status::stopped;
    auto gate = state_directory(state_root, state.id) / gate_name;
    if (::access(gate.c_str(), F_OK) == 0) return Status::created;
    return linux::cgroup::Cgroup::open(state.cgroup).frozen() ? Status::paused : Status::running;
}

std::string_view status_name(Status status) {
    switch (status) {
        case Status::created:
            return "created";
        case Status::running:
            return "running";
        case Status::paused:
            return "paused";
        case Status::stopped:
            break;
    }
    return "stopped";
}

std::string hook_state(const StateFile& state, Status status) {
    json::Object document;
    document.emplace("ociVersion", state.oci_version);
    document.emplace("id", state.id);
    document.emplace("status", status_name(status));
    document.emplace("pid", status == Status::stopped ? 0 : state.pid);
    document.emplace("bundle", state.bundle);
    if (!state.annotations.empty()) document.emplace("annotations", json::to(state.annotations));
    return json::dump(document);
}

}  // namespace dhow::runtime
