#include "image/source.hpp"

#include <cerrno>

#include <unistd.h>

#include "base/error.hpp"
#include "store/files.hpp"

namespace dhow::image {

std::size_t FdSource::read(std::span<std::byte> buffer) {
    while (true) {
        auto count = ::read(fd_.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        return static_cast<std::size_t>(check(count, "read the archive"));
    }
}

void FdOutput::write(Bytes bytes) { store::write_all(fd_.get(), bytes, "the archive"); }

}  // namespace dhow::image
