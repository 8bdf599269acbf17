#pragma once
// Routes of the Engine API that this release answers with the reason why it cannot.

#include <string>

#include "api/http/router.hpp"
#include "base/error.hpp"

namespace dhow::api {

/// A route that answers 501 with `why`.
inline http::Route refused(http::Method method, std::string pattern, std::string why) {
    auto handler = [why = std::move(why)](http::Exchange&) -> Task<void> { throw NotImplemented("{}", why); };
    return http::Route{method, std::move(pattern), handler};
}

}  // namespace dhow::api
