#include "store/files.hpp"

#include <array>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace dhow::store {

void make_private_directory(const std::filesystem::path& path, unsigned mode) {
    if (::mkdir(path.c_str(), mode) == 0) {
        // The umask must not decide who may look in; it never takes the owner's own rights.
        if (mode != 0700) check(::chmod(path.c_str(), mode), "chmod {}", path.string());
        return;
    }
    if (errno != EEXIST) throw_errno(fmt::format("mkdir {}", path.string()));
}

void sync_directory(const std::filesystem::path& path) {
    UniqueFd directory(
        check(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}", path.string()));
    check(::fsync(directory.get()), "sync {}", path.string());
}

void write_all(int fd, Bytes bytes, std::string_view what) {
    while (!bytes.empty()) {
        auto written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        check(written, "write {}", what);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

std::string read_all(int fd, std::int64_t limit, std::string_view what) {
    std::string content;
    struct stat status;
    if (::fstat(fd, &status) == 0 && status.st_size > 0 && status.st_size <= limit)
        content.reserve(static_cast<std::size_t>(status.st_size));
    std::array<char, 65536> buffer;
    while (true) {
        auto count = ::read(fd, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        check(count, "read {}", what);
        if (count == 0) return content;
        content.append(buffer.data(), static_cast<std::size_t>(count));
        if (static_cast<std::int64_t>(content.size()) > limit)
            throw InvalidArgument("{} is larger than {} bytes", what, limit);
    }
}

}  // namespace dhow::store
