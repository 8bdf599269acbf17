#include "api/registries/routes.hpp"

#include "api/images/handlers.hpp"
#include "api/registries/handlers.hpp"

namespace dhow::api::registries {

std::vector<http::Route> routes(engine::Engine& engine, engine::Registries& registries) {
    using enum http::Method;
    using Function = Task<void> (*)(engine::Registries&, Exchange&);
    auto to = [&registries](Function function) {
        return [&registries, function](Exchange& exchange) { return function(registries, exchange); };
    };
    auto create = [&engine, &registries](Exchange& exchange) {
        bool imports = exchange.request().query.text("fromImage").empty();
        return imports ? images::import(engine, exchange) : pull(registries, exchange);
    };
    return {
        {post, "/images/create", create},
        {get, "/images/search", to(search)},
        {post, "/images/{name}/push", to(push)},
        {post, "/auth", to(authenticate)},
        {get, "/distribution/{name}/json", to(distribution)},
        {get, "/distribution/{name}/manifest", to(manifest)},
    };
}

}  // namespace dhow::api::registries
