// Searching: the API of version 1, which docker.io has kept, and the catalogue of version 2.

#include <algorithm>

#include "base/json.hpp"
#include "registry/client.hpp"
#include "registry/url.hpp"

namespace dhow::registry {

namespace {

constexpr std::size_t largest_answer = 8 << 20;
constexpr std::size_t most_pages = 100;

struct Found {
    std::vector<SearchResult> results;
};

struct Catalogue {
    std::vector<std::string> repositories;
};

}  // namespace

}  // namespace dhow::registry

template <>
struct dhow::json::Members<dhow::registry::SearchResult> {
    using T = dhow::registry::SearchResult;
    static constexpr auto list =
        std::tuple{member("name", &T::name), member("description", &T::description),
                   member("star_count", &T::star_count), member("is_official", &T::is_official),
                   member("is_automated", &T::is_automated)};
};

template <>
struct dhow::json::Members<dhow::registry::Found> {
    static constexpr auto list = std::tuple{member("results", &dhow::registry::Found::results)};
};

template <>
struct dhow::json::Members<dhow::registry::Catalogue> {
    static constexpr auto list = std::tuple{member("repositories", &dhow::registry::Catalogue::repositories)};
};

namespace dhow::registry {

std::vector<SearchResult> Client::search(const std::string& term, std::size_t limit) {
    // docker.io searches elsewhere than it keeps images.
    std::string url = session_.domain() == "docker.io" ? "https://index.docker.io/v1/search" : "v1/search";
    auto transfer = send(
        {.path = with_query(with_query(url, "q", term), "n", std::to_string(limit)), .may_be_missing = true});
    if (transfer->head().status == 404) {
        transfer.reset();
        return search_catalogue(term, limit);
    }
    auto found = json::read<Found>(transfer->read_all(largest_answer)).results;
    if (found.size() > limit) found.resize(limit);
    return found;
}

std::vector<SearchResult> Client::search_catalogue(const std::string& term, std::size_t limit) {
    std::vector<SearchResult> found;
    Call call{.path = "v2/_catalog?n=1000", .scopes = {"registry:catalog:*"}};
    std::string last;
    for (std::size_t page = 0; page < most_pages && found.size() < limit; ++page) {
        auto transfer = send(call);
        auto names = json::read<Catalogue>(transfer->read_all(largest_answer)).repositories;
        for (const auto& name : names)
            if (name.find(term) != name.npos && found.size() < limit)
                found.push_back({.name = name, .description = ""});
        if (names.empty() || names.back() == last || transfer->head().find("link").empty()) break;
        last = names.back();
        call.path = with_query("v2/_catalog?n=1000", "last", last);
    }
    return found;
}

}  // namespace dhow::registry
