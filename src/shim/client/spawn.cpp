#include "shim/client/spawn.hpp"

#include <map>
#include <mutex>

#include <unistd.h>

#include "base/error.hpp"
#include "linux/executable.hpp"

namespace dhow::shim {

namespace {

constexpr int program_number = 4;

/// Made once a program and kept: the end of its mount waits for the kernel. A program that was replaced on
/// disk meanwhile stays what it was.
int protected_program(const std::filesystem::path& program) {
    static std::mutex mutex;
    static std::map<std::filesystem::path, UniqueFd> known;
    std::lock_guard lock(mutex);
    auto found = known.find(program);
    if (found == known.end()) {
        if (::access(program.c_str(), X_OK) < 0 && errno == ENOENT)
            throw NotFound("there is no runtime at {}", program.string());
        found = known.emplace(program, linux::protect_executable(program)).first;
    }
    return found->second.get();
}

}  // namespace

linux::Child spawn_runtime(const std::filesystem::path& program, const std::vector<std::string>& args,
                           std::vector<std::pair<int, int>> descriptors) {
    descriptors.emplace_back(protected_program(program), program_number);
    linux::SpawnRequest request;
    request.program = fmt::format("/proc/self/fd/{}", program_number);
    request.args = {program.string()};
    request.args.insert(request.args.end(), args.begin(), args.end());
    request.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
    request.descriptors = std::move(descriptors);
    request.new_session = true;
    return with_context(fmt::format("start {}", program.string()), [&] { return linux::spawn(request); });
}

}  // namespace dhow::shim
