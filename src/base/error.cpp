#include "base/error.hpp"

#include <cerrno>
#include <cstring>

namespace dhow {

std::string errno_text(int error) {
    char buffer[128];
    return ::strerror_r(error, buffer, sizeof buffer);
}

SystemError::SystemError(int error, std::string_view operation)
    : Error(ErrorKind::internal, fmt::format("{}: {}", operation, errno_text(error))), error_(error) {}

void throw_errno(std::string operation) {
    int error = errno;
    throw SystemError(error, operation);
}

}  // namespace dhow
