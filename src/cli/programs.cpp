#include "cli/programs.hpp"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "cli/format/text.hpp"
#include "linux/pidfd.hpp"
#include "linux/spawn.hpp"

extern char** environ;

namespace dhow::cli {

namespace {

std::vector<std::string> environment_with(const std::vector<std::string>& first) {
    auto result = first;
    for (char** entry = environ; *entry; ++entry) {
        std::string text(*entry);
        bool replaced = false;
        for (const auto& own : first)
            replaced |= own.substr(0, own.find('=')) == text.substr(0, text.find('='));
        if (!replaced) result.push_back(std::move(text));
    }
    return result;
}

}  // namespace

std::optional<std::string> find_program(const std::string& name) {
    const char* path = std::getenv("PATH");
    for (auto folder : split(path ? path : "/usr/local/bin:/usr/bin:/bin", ':')) {
        auto program = std::string(folder.empty() ? "." : folder) + "/" + name;
        if (::access(program.c_str(), X_OK) == 0) return program;
    }
    return std::nullopt;
}

int run_program(const std::string& path, std::vector<std::string> arguments,
                const std::vector<std::string>& environment,
                const std::function<void(std::string_view)>& output) {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC), "make a pipe");
    UniqueFd reader(ends[0]), writer(ends[1]);
    linux::SpawnRequest request;
    request.program = path;
    request.args = std::move(arguments);
    request.env = environment_with(environment);
    request.descriptors = {{writer.get(), STDOUT_FILENO}, {STDERR_FILENO, STDERR_FILENO}};
    auto child = linux::spawn(request);
    writer.reset();
    std::string piece(256 << 10, '\0');
    std::exception_ptr failure;
    try {
        for (;;) {
            auto count = ::read(reader.get(), piece.data(), piece.size());
            if (count < 0 && errno == EINTR) continue;
            if (check(count, "read from {}", path) == 0) break;
            output(std::string_view(piece).substr(0, static_cast<std::size_t>(count)));
        }
    } catch (const Error&) {
        failure = std::current_exception();
    }
    reader.reset();  // who still writes learns that nobody reads
    auto end = linux::pidfd_reap(child.pidfd.get());
    if (failure) std::rethrow_exception(failure);
    return end ? end->status() : 0;
}

}  // namespace dhow::cli
