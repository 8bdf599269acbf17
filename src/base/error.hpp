#pragma once
// The one error taxonomy. Libraries throw these and never log; `api` alone turns them into status codes,
// `cli` alone into messages.

#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace dhow {

/// What a caller can do about a failure; one value for each answer the Engine API can give.
enum class ErrorKind {
    invalid_argument,  ///< 400: the request itself is wrong
    unauthorized,      ///< 401: who asks is not known
    forbidden,         ///< 403: it is never allowed
    not_found,         ///< 404: the object named does not exist
    conflict,          ///< 409: the object's state does not allow it now
    unavailable,       ///< 503: a service that is needed does not answer
    not_implemented,   ///< 501: this host or this build cannot do it
    internal,          ///< 500: dhow or the kernel failed
};

/// The base of every exception that dhow throws. `what()` is one line for a person, without a newline.
class Error : public std::exception {
  public:
    Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

    ErrorKind kind() const noexcept { return kind_; }
    const char* what() const noexcept override { return message_.c_str(); }
    const std::string& message() const noexcept { return message_; }

    /// Puts the operation that failed in front: "operation: message". For a level that knows more.
    void add_context(std::string_view operation) { message_ = fmt::format("{}: {}", operation, message_); }

  private:
    ErrorKind kind_;
    std::string message_;
};

/// A class for each kind, so that `catch` and `throw` read as what they are.
template <ErrorKind Kind>
class ErrorOf : public Error {
  public:
    template <typename... Args>
    explicit ErrorOf(fmt::format_string<Args...> format, Args&&... args)
        : Error(Kind, fmt::format(format, std::forward<Args>(args)...)) {}
};

using InvalidArgument = ErrorOf<ErrorKind::invalid_argument>;
using Unauthorized = ErrorOf<ErrorKind::unauthorized>;
using Forbidden = ErrorOf<ErrorKind::forbidden>;
using NotFound = ErrorOf<ErrorKind::not_found>;
using Conflict = ErrorOf<ErrorKind::conflict>;
using Unavailable = ErrorOf<ErrorKind::unavailable>;
using NotImplemented = ErrorOf<ErrorKind::not_implemented>;
using InternalError = ErrorOf<ErrorKind::internal>;

/// A system call that failed: "operation: text of errno". Its kind is `internal`; a caller that knows what
/// an errno means to its own caller throws that kind instead.
class SystemError : public Error {
  public:
    SystemError(int error, std::string_view operation);

    int error() const noexcept { return error_; }
    bool is(std::errc code) const noexcept { return error_ == static_cast<int>(code); }

  private:
    int error_;
};

/// The text of an errno, as strerror(3) has it.
std::string errno_text(int error);

/// Throws SystemError of the current errno. The message is formatted after errno was saved.
[[noreturn]] void throw_errno(std::string operation);

/// Checks a system call in the line that makes it:
/// `check(::openat(...), "open {} in {}", name, folder)` gives the result, or throws SystemError.
/// @throws SystemError when `result` is negative.
template <typename Result, typename... Args>
Result check(Result result, fmt::format_string<Args...> format, Args&&... args) {
    if (result >= 0) [[likely]]
        return result;
    int error = errno;
    auto operation = fmt::format(format, std::forward<Args>(args)...);
    errno = error;
    throw_errno(std::move(operation));
}

/// Runs `body`; an Error that leaves it carries `operation` in front of its message.
template <typename Body>
decltype(auto) with_context(std::string_view operation, Body&& body) {
    try {
        return std::forward<Body>(body)();
    } catch (Error& error) {
        error.add_context(operation);
        throw;
    }
}

}  // namespace dhow
