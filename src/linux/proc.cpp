#include "linux/proc.hpp"

#include <cerrno>
#include <charconv>
#include <string_view>

#include <fcntl.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace dhow::linux {

std::optional<std::string> read_small_file(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        if (errno == ENOENT || errno == ESRCH) return std::nullopt;
        throw_errno("open " + path);
    }
    std::string text;
    char buffer[4096];
    for (;;) {
        auto length = ::read(fd.get(), buffer, sizeof buffer);
        if (length < 0 && errno == ESRCH) return std::nullopt;
        if (check(length, "read {}", path) == 0) return text;
        text.append(buffer, static_cast<std::size_t>(length));
    }
}

void write_small_file(const std::string& path, const std::string& value) {
    UniqueFd fd(check(::open(path.c_str(), O_WRONLY | O_CLOEXEC), "open {}", path));
    check(::write(fd.get(), value.data(), value.size()), "write \"{}\" to {}", value, path);
}

std::optional<ProcessStatus> process_status(pid_t pid) {
    auto text = read_small_file(fmt::format("/proc/{}/stat", pid));
    if (!text || text->empty()) return std::nullopt;
    // The name stands in parentheses and may hold anything: count the fields after its end.
    auto rest = std::string_view(*text).substr(text->rfind(')') + 2);
    ProcessStatus status;
    status.state = rest.front();
    constexpr int parent_field = 1, start_time_field = 19;
    for (int field = 0; field <= start_time_field && !rest.empty(); ++field) {
        auto word = rest.substr(0, rest.find(' '));
        if (field == parent_field) std::from_chars(word.data(), word.data() + word.size(), status.parent);
        if (field == start_time_field)
            std::from_chars(word.data(), word.data() + word.size(), status.start_time);
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    }
    return status;
}

}  // namespace dhow::linux
