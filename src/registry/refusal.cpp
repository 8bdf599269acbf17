#include "registry/refusal.hpp"

#include <optional>

#include "base/json.hpp"
#include "registry/challenge.hpp"

namespace dhow::registry {

namespace {

constexpr std::size_t largest_refusal = 64 << 10;
constexpr std::size_t longest_message = 1000;

ErrorKind kind_of(int status) {
    switch (status) {
        case 401:
            return ErrorKind::unauthorized;
        case 403:
            return ErrorKind::forbidden;
        case 404:
            return ErrorKind::not_found;
        case 429:
            return ErrorKind::unavailable;
        default:
            return status < 500 ? ErrorKind::invalid_argument : ErrorKind::unavailable;
    }
}

/// One line without control characters: it goes to people's terminals.
std::string printable(std::string_view text) {
    std::string result;
    for (char c : text.substr(0, longest_message)) {
        bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        result += control ? ' ' : c;
    }
    return result;
}

std::string text_at(const json::Value& value, std::string_view name) {
    const auto* object = value.if_object();
    const auto* member = object ? object->if_contains(name) : nullptr;
    return member && member->is_string() ? std::string(std::string_view(member->get_string())) : "";
}

/// "MANIFEST_UNKNOWN" as docker prints it: "manifest unknown".
std::string words_of(std::string code) {
    for (char& c : code) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == '_') c = ' ';
    }
    return code;
}

struct Told {
    std::string code, message;
};

/// What a status means where no document says it.
std::string_view code_of(int status) {
    return status == 401 ? "UNAUTHORIZED" : status == 429 ? "TOOMANYREQUESTS" : "UNKNOWN";
}

Told read_document(const std::string& body, int status) {
    Told told;
    try {
        auto document = json::parse(body);
        const auto* object = document.if_object();
        const auto* errors = object ? object->if_contains("errors") : nullptr;
        if (errors && errors->is_array()) {
            for (const auto& error : errors->get_array()) {
                auto code = text_at(error, "code");
                if (told.code.empty()) told.code = code;
                auto message = text_at(error, "message");
                auto line = words_of(code) + (message.empty() ? "" : ": " + message);
                told.message += (told.message.empty() ? "" : "; ") + line;
            }
        } else if (auto details = text_at(document, "details"); !details.empty()) {
            told.code = code_of(status);
            told.message = words_of(told.code) + ": " + details;
        } else {
            told.message = text_at(document, "error_description");
            if (told.message.empty()) told.message = text_at(document, "message");
        }
    } catch (const Error&) {
        // No document: the status has to do.
    }
    if (told.message.empty() && status == 401)
        told = {"UNAUTHORIZED", "unauthorized: authentication required"};
    return told;
}

/// What a challenge says of the token that was shown (RFC 6750, section 3.1); docker believes it before the
/// document.
std::optional<Told> read_challenges(const Head& head) {
    for (auto value : head.all("www-authenticate"))
        for (const auto& challenge : parse_challenges(value)) {
            if (challenge.scheme != "bearer") continue;
            auto error = challenge.get("error"), description = challenge.get("error_description");
            if (error == "invalid_token")
                return Told{
                    "UNAUTHORIZED",
                    "unauthorized: " + (description.empty() ? "authentication required" : description)};
            if (error == "insufficient_scope")
                return Told{"DENIED",
                            "denied: " + (description.empty() ? "requested access to the resource is denied"
                                                              : description)};
        }
    return std::nullopt;
}

}  // namespace

Refused::Refused(int status, std::string code, std::string message)
    : Error(kind_of(status), std::move(message)), status_(status), code_(std::move(code)) {}

Refused refusal_of(Transfer& transfer, const std::string& method) {
    const auto& head = transfer.head();
    std::string body;
    try {
        body = transfer.read_all(largest_refusal);
    } catch (const ConnectionFailed&) {
    } catch (const InvalidArgument&) {
    }
    auto told = read_challenges(head).value_or(read_document(body, head.status));
    auto message = printable(told.message);
    if (message.empty())
        message =
            fmt::format("received unexpected HTTP status of {} \"{}\": {}", method, head.url, head.status);
    if (auto wait = head.find("retry-after"); !wait.empty() && (head.status == 429 || head.status == 503))
        message += fmt::format(" (the registry asks to try again in {})", printable(wait));
    return Refused(head.status, printable(told.code), message);
}

}  // namespace dhow::registry
