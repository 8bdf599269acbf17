#include "api/build/buildkit.hpp"

#include <algorithm>

#include <sys/socket.h>

#include "api/build/convert.hpp"
#include "base/text.hpp"

namespace dhow::api::build {

namespace buildkit = dhow::build::buildkit;

namespace {

constexpr std::string_view protocol = "h2c";

void require_upgrade(const http::Request& request) {
    auto wanted = request.header("Upgrade");
    if (wanted.empty()) throw InvalidArgument("no upgrade proto in request");
    if (wanted != protocol) throw InvalidArgument("protocol {} not supported", wanted);
}

buildkit::Offer offer_of(const http::Request& request) {
    constexpr std::string_view prefix = "X-Docker-Expose-Session-";
    auto header = [&](std::string_view name) {
        return std::string(request.header(std::string(prefix) + std::string(name)));
    };
    buildkit::Offer offer{header("Uuid"), header("Name"), header("Sharedkey"), {}};
    auto method = std::string(prefix) + "Grpc-Method";
    for (const auto& [name, value] : request.headers)
        if (equal_ignoring_case(name, method)) offer.methods.push_back(value);
    return offer;
}

std::pair<UniqueFd, UniqueFd> socket_pair() {
    int ends[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), "make a socket pair");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// Takes the connection over and lets `serve` have its other end; over when both are.
template <typename Serve>
Task<void> take_over(http::Exchange& exchange, Serve serve) {
    auto executor = co_await asio::this_coro::executor;
    auto ends = socket_pair();
    co_await exchange.upgrade("");
    auto served = serve(std::move(ends.first));
    asio::co_spawn(executor, std::move(served), asio::detached);
    co_await exchange.relay(std::move(ends.second));
}

}  // namespace

class BuildKit::Names final : public buildkit::Backend {
  public:
    Names(engine::Engine& engine, engine::Registries& registries, dhow::build::Builder& builder)
        : engine_(engine), registries_(registries), builder_(builder) {}

    std::string default_network() override {
        auto bridge = default_bridge(engine_.networks());
        return bridge ? bridge->id : "";
    }

    std::string host_address() override {
        auto bridge = default_bridge(engine_.networks());
        return !bridge || bridge->pools.empty() ? std::string() : bridge->pools.front().gateway;
    }

    Task<void> name_image(std::string image, std::string name) override {
        auto reference = oci::Reference::parse(name);
        auto repository = reference.familiar_name();
        auto tag = reference.with_default_tag().tag;
        co_await engine_.images().tag(image, repository, tag);
    }

    Task<void> push_image(std::string name, registry::Credentials credentials,
                          std::shared_ptr<dhow::build::Cancellation> stop) override {
        auto cancellation = registries_.make_cancellation();
        std::function<void()> cancel = [cancellation] { cancellation->cancel(); };
        dhow::build::Cancellation::Registration registration(*stop, std::move(cancel));
        image::PushRequest request;
        request.name = oci::Reference::parse(name).with_default_tag();
        request.credentials = std::move(credentials);
        image::ProgressSink silence = [](const image::Progress&) {};
        co_await registries_.push(std::move(request), std::move(silence), cancellation);
    }

    Task<void> remove_image(std::string image) override {
        co_await engine_.images().remove(std::move(image), false, false);
    }

    Task<void> note_result(oci::Digest image) override { return builder_.note_result(std::move(image)); }

  private:
    engine::Engine& engine_;
    engine::Registries& registries_;
    dhow::build::Builder& builder_;
};

BuildKit::BuildKit(engine::Engine& engine, engine::Registries& registries, dhow::build::Builder& builder)
    : engine_(engine), registries_(registries), builder_(builder) {}

BuildKit::~BuildKit() = default;

buildkit::Control& BuildKit::control() {
    if (!control_) {
        names_ = std::make_unique<Names>(engine_, registries_, builder_);
        control_ = std::make_unique<buildkit::Control>(builder_.services(), builder_, *names_);
    }
    return *control_;
}

Task<void> BuildKit::grpc(http::Exchange& exchange) {
    require_upgrade(exchange.request());
    auto serve = [&face = control()](UniqueFd socket) { return face.serve(std::move(socket)); };
    co_await take_over(exchange, serve);
}

Task<void> BuildKit::session(http::Exchange& exchange) {
    require_upgrade(exchange.request());
    auto offer = offer_of(exchange.request());
    control().check_offer(offer);
    auto serve = [&face = control(), offer](UniqueFd socket) {
        return face.attach(offer, std::move(socket));
    };
    co_await take_over(exchange, serve);
}

}  // namespace dhow::api::build
