#include "api/http/request.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace dhow::api::http {

std::string_view method_name(Method method) {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::delete_:
            return "DELETE";
        case Method::options:
            return "OPTIONS";
        case Method::other:
            break;
    }
    return "(another method)";
}

std::string_view Request::header(std::string_view wanted) const {
    for (const auto& [given, value] : headers)
        if (equal_ignoring_case(given, wanted)) return value;
    return {};
}

}  // namespace dhow::api::http
