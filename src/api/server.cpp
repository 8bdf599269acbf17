#include "api/server.hpp"

#include "api/build/routes.hpp"
#include "api/containers/routes.hpp"
#include "api/execs/routes.hpp"
#include "api/images/routes.hpp"
#include "api/networks/routes.hpp"
#include "api/registries/routes.hpp"
#include "api/system/routes.hpp"
#include "api/volumes/routes.hpp"

namespace dhow::api {

http::Router make_router(engine::Engine& engine, engine::Registries& registries,
                         dhow::build::Builder& builder) {
    http::Router router;
    router.add(registries::routes(engine, registries));
    router.add(system::routes(engine));
    // Before containers: both begin with /containers/{name}.
    router.add(execs::routes(engine));
    router.add(containers::routes(engine));
    router.add(images::routes(engine));
    router.add(build::routes(engine, registries, builder));
    router.add(volumes::routes(engine));
    router.add(networks::routes(engine));
    return router;
}

Server::Server(asio::any_io_executor executor, engine::Engine& engine, engine::Registries& registries,
               dhow::build::Builder& builder)
    : server_(std::move(executor), make_router(engine, registries, builder)) {}

void Server::listen(const std::string& address, const std::string& group) {
    http::ListenerOptions options;
    options.group = group;
    server_.listen(http::listen_on(address, options));
}

void Server::start() { server_.start(); }

Task<void> Server::stop(std::chrono::milliseconds patience) { return server_.stop(patience); }

}  // namespace dhow::api
