#include "api/http/router.hpp"

#include "base/error.hpp"

namespace dhow::api::http {

namespace {

constexpr std::string_view placeholder = "{name}";

/// Of "/v1.41/info" takes "/v1.41" off and gives "1.41"; else gives "".
std::string take_version(std::string& path) {
    if (path.size() < 4 || !path.starts_with("/v") || path[2] < '0' || path[2] > '9') return "";
    auto end = path.find('/', 1);
    auto version = path.substr(2, end == path.npos ? end : end - 2);
    if (version.find_first_not_of("0123456789.") != version.npos) return "";
    path.erase(0, end);
    return version;
}

/// The path and query of a target: "/a?b", or "http://host/a?b" as clients of proxies send it.
std::string_view origin_form(std::string_view target) {
    if (target.starts_with('/')) return target;
    auto scheme = target.find("://");
    if (scheme != target.npos) {
        auto slash = target.find('/', scheme + 3);
        return slash == target.npos ? "/" : target.substr(slash);
    }
    throw InvalidArgument("invalid request target \"{}\"", target.substr(0, 100));
}

}  // namespace

void Router::add(std::vector<Route> routes) {
    for (auto& route : routes) {
        Entry entry{route.method, route.pattern, "", false, std::move(route.handler)};
        if (auto at = route.pattern.find(placeholder); at != route.pattern.npos) {
            entry.prefix = route.pattern.substr(0, at);
            entry.suffix = route.pattern.substr(at + placeholder.size());
            entry.has_name = true;
        }
        entries_.push_back(std::move(entry));
    }
}

const Handler& Router::resolve(Request& request) const {
    auto target = origin_form(request.target);
    auto question = target.find('?');
    request.path = percent_decode(target.substr(0, question), false);
    if (question != target.npos) request.query = Query::parse(target.substr(question + 1));

    auto version = take_version(request.path);
    if (!version.empty()) request.version = wire::ApiVersion::parse(version);
    wire::require_served(request.version);

    std::string_view path = request.path;
    for (const auto& entry : entries_) {
        if (entry.method != request.method) continue;
        if (!entry.has_name) {
            if (path == entry.prefix) return entry.handler;
            continue;
        }
        if (path.size() <= entry.prefix.size() + entry.suffix.size()) continue;
        if (!path.starts_with(entry.prefix) || !path.ends_with(entry.suffix)) continue;
        request.name =
            path.substr(entry.prefix.size(), path.size() - entry.prefix.size() - entry.suffix.size());
        return entry.handler;
    }
    throw NotFound("page not found");
}

}  // namespace dhow::api::http
