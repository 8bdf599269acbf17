#include "rpc/status.hpp"

#include <charconv>

namespace dhow::rpc {

namespace {

ErrorKind kind_of(Code code) {
    switch (code) {
        case Code::invalid_argument:
        case Code::out_of_range:
            return ErrorKind::invalid_argument;
        case Code::not_found:
            return ErrorKind::not_found;
        case Code::already_exists:
        case Code::failed_precondition:
        case Code::aborted:
            return ErrorKind::conflict;
        case Code::permission_denied:
            return ErrorKind::forbidden;
        case Code::unauthenticated:
            return ErrorKind::unauthorized;
        case Code::unimplemented:
            return ErrorKind::not_implemented;
        case Code::cancelled:
        case Code::deadline_exceeded:
        case Code::unavailable:
            return ErrorKind::unavailable;
        default:
            return ErrorKind::internal;
    }
}

Code code_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid_argument:
            return Code::invalid_argument;
        case ErrorKind::unauthorized:
            return Code::unauthenticated;
        case ErrorKind::forbidden:
            return Code::permission_denied;
        case ErrorKind::not_found:
            return Code::not_found;
        case ErrorKind::conflict:
            return Code::failed_precondition;
        case ErrorKind::unavailable:
            return Code::unavailable;
        case ErrorKind::not_implemented:
            return Code::unimplemented;
        case ErrorKind::internal:
            return Code::unknown;
    }
    return Code::unknown;
}

}  // namespace

CallFailed::CallFailed(Status status)
    : Error(kind_of(status.code), status.message), status_(std::move(status)) {}

Status status_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const CallFailed& error) {
        auto status = error.status();
        status.message = error.message();
        return status;
    } catch (const Error& error) {
        return {code_of(error.kind()), error.message(), {}};
    } catch (const std::exception& error) {
        return {Code::internal, error.what(), {}};
    }
}

std::string escape_message(const std::string& message) {
    std::string text;
    for (unsigned char byte : message) {
        if (byte >= ' ' && byte <= '~' && byte != '%')
            text += static_cast<char>(byte);
        else
            text += fmt::format("%{:02X}", byte);
    }
    return text;
}

std::string unescape_message(const std::string& text) {
    std::string message;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        const char* digits = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
            message += static_cast<char>(value);
            i += 2;
        } else {
            message += text[i];
        }
    }
    return message;
}

}  // namespace dhow::rpc
