#include "base/error.hpp"

#include <cctype>
#include <cerrno>
#include <cstring>

namespace dhow {

std::string errno_text(int error) {
    char buffer[128];
    std::string text = ::strerror_r(error, buffer, sizeof buffer);
    // Without its capital: docker's clients choose their exit status by words in what a daemon says, "no such
    // file or directory" and "permission denied".
    bool word = text.size() > 1 && std::islower(static_cast<unsigned char>(text[1]));
    if (word) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

SystemError::SystemError(int error, std::string_view operation)
    : Error(ErrorKind::internal, fmt::format("{}: {}", operation, errno_text(error))), error_(error) {}

void throw_errno(std::string operation) {
    int error = errno;
    throw SystemError(error, operation);
}

}  // namespace dhow
