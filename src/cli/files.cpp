#include "cli/files.hpp"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "cli/format/text.hpp"

namespace dhow::cli {

std::string read_file(const std::string& path) {
    UniqueFd file(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                              : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) throw InvalidArgument("open {}: {}", path, lower(errno_text(errno)));
    std::string content;
    char chunk[16 * 1024];
    while (true) {
        auto got = ::read(file.get(), chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw InvalidArgument("read {}: {}", path, lower(errno_text(errno)));
        if (got == 0) return content;
        content.append(chunk, static_cast<std::size_t>(got));
    }
}

}  // namespace dhow::cli
