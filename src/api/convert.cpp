#include "api/convert.hpp"

#include "api/translate.hpp"
#include "engine/model/container_json.hpp"
#include "wire/filters.hpp"

namespace dhow::api {

engine::Filters read_filters(const http::Query& query) {
    engine::Filters filters;
    auto given = wire::Filters::parse(query.text("filters"));
    for (const auto& [name, values] : given.all())
        for (const auto& value : values) filters.add(name, value);
    return filters;
}

std::optional<Timestamp> read_moment(const http::Query& query, std::string_view name) {
    auto text = query.text(name);
    if (text.empty()) return std::nullopt;
    return engine::parse_moment(text, now());
}

namespace {

unsigned short read_length(const http::Query& query, std::string_view name, std::string_view what) {
    auto length = query.number(name);
    if (!length || !std::in_range<unsigned short>(*length))
        throw InvalidArgument("invalid resize {} \"{}\"", what, query.text(name));
    return static_cast<unsigned short>(*length);
}

}  // namespace

TerminalSize read_terminal_size(const http::Query& query) {
    TerminalSize size;
    size.rows = read_length(query, "h", "height");
    size.columns = read_length(query, "w", "width");
    return size;
}

wire::EndpointSettings to_wire(const engine::EndpointSettings& endpoint) {
    auto settings = translate<wire::EndpointSettings>(endpoint);
    settings.mac_address = endpoint.shown_mac_address;
    return settings;
}

engine::EndpointSettings to_engine(const wire::EndpointSettings& endpoint) {
    engine::EndpointSettings settings;
    if (endpoint.ipam_config) settings.ipam_config = translate<engine::EndpointIpam>(*endpoint.ipam_config);
    settings.links = endpoint.links;
    settings.mac_address = endpoint.mac_address;
    settings.aliases = endpoint.aliases;
    settings.driver_opts = endpoint.driver_opts;
    settings.gw_priority = endpoint.gw_priority;
    return settings;
}

std::int64_t unix_seconds(Timestamp time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace dhow::api
