#include "tar/stream.hpp"

#include <cerrno>

#include <unistd.h>

#include "base/error.hpp"

namespace dhow::tar {

std::size_t FdSource::read(std::span<std::byte> buffer) {
    while (true) {
        auto count = ::read(fd_.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        return static_cast<std::size_t>(check(count, "read the archive"));
    }
}

void FdOutput::write(Bytes bytes) {
    while (!bytes.empty()) {
        auto count = ::write(fd_.get(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        bytes = bytes.subspan(static_cast<std::size_t>(check(count, "write the archive")));
    }
}

}  // namespace dhow::tar
