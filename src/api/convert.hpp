#pragma once
// What several resources share of the conversions between requests, wire and engine.

#include <optional>
#include <string>

#include "api/http/request.hpp"
#include "base/units.hpp"
#include "engine/model/filters.hpp"
#include "engine/model/network_config.hpp"
#include "wire/endpoint.hpp"

namespace dhow::api {

/// The `filters` parameter. @throws InvalidArgument("invalid filter").
engine::Filters read_filters(const http::Query& query);

/// A point in time of a query: RFC 3339, seconds since the epoch, or a duration before now; none when it is
/// absent.
std::optional<Timestamp> read_moment(const http::Query& query, std::string_view name);

struct TerminalSize {
    unsigned short rows = 0;
    unsigned short columns = 0;
};

/// The parameters h and w. @throws InvalidArgument in dockerd's words.
TerminalSize read_terminal_size(const http::Query& query);

wire::EndpointSettings to_wire(const engine::EndpointSettings& endpoint);
engine::EndpointSettings to_engine(const wire::EndpointSettings& endpoint);

/// Seconds since the epoch.
std::int64_t unix_seconds(Timestamp time);

}  // namespace dhow::api
