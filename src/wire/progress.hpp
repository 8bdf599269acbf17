#pragma once
// The lines of a progress stream: POST /images/load, /images/create and their kin answer one JSON object a
// line, each ended by "\r\n". A failure after the status was sent is a line with `errorDetail`.

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.hpp"

namespace dhow::wire {

struct ProgressDetail {
    std::int64_t current = 0;
    std::int64_t total = 0;
};

struct ErrorDetail {
    int code = 0;
    std::string message;
};

struct ProgressLine {
    std::string stream;  ///< text for the user as it is
    std::string status;
    std::optional<ProgressDetail> progress_detail;
    std::string progress;  ///< the bar as text, for clients that cannot draw one
    std::string id;        ///< what the status is about, a layer say
    std::optional<ErrorDetail> error_detail;
    std::string error;  ///< the message of `error_detail` again
    json::Value aux;    ///< null: none
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::ProgressDetail> {
    static constexpr auto list = std::tuple{member("current", &wire::ProgressDetail::current, omit_empty),
                                            member("total", &wire::ProgressDetail::total, omit_empty)};
};

template <>
struct Members<wire::ErrorDetail> {
    static constexpr auto list = std::tuple{member("code", &wire::ErrorDetail::code, omit_empty),
                                            member("message", &wire::ErrorDetail::message, omit_empty)};
};

template <>
struct Members<wire::ProgressLine> {
    static constexpr auto list = std::tuple{
        member("stream", &wire::ProgressLine::stream, omit_empty),
        member("status", &wire::ProgressLine::status, omit_empty),
        member("progressDetail", &wire::ProgressLine::progress_detail, omit_empty),
        member("progress", &wire::ProgressLine::progress, omit_empty),
        member("id", &wire::ProgressLine::id, omit_empty),
        member("errorDetail", &wire::ProgressLine::error_detail, omit_empty),
        member("error", &wire::ProgressLine::error, omit_empty),
        member("aux", &wire::ProgressLine::aux, omit_empty),
    };
};

}  // namespace dhow::json
