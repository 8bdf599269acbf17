#include "api/build/handlers.hpp"

#include "api/build/answer.hpp"
#include "api/build/convert.hpp"
#include "api/images/transfer.hpp"
#include "build/share/artifact.hpp"
#include "build/share/imported.hpp"
#include "build/share/layout_image.hpp"

namespace dhow::api::build {

namespace {

constexpr std::string_view bundle_prefix = "bundle:";
constexpr std::string_view sent_prefix = "sent:";

Task<std::shared_ptr<dhow::build::Context>> receive(dhow::build::Builder& builder, http::Exchange& exchange,
                                                    std::shared_ptr<dhow::build::Cancellation> stop) {
    auto executor = co_await asio::this_coro::executor;
    images::Upload upload(exchange, executor);
    std::exception_ptr failure;
    std::shared_ptr<dhow::build::Context> context;
    try {
        auto source = upload.source();
        context = co_await builder.receive(std::move(source), stop);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    co_await upload.join();
    if (failure) std::rethrow_exception(failure);
    co_return context;
}

/// Those that the request brought for a registry, or none.
registry::Credentials credentials_for(const dhow::build::Request& request, const std::string& domain) {
    auto known = request.credentials.find(domain);
    return known == request.credentials.end() ? registry::Credentials() : known->second;
}

/// Opens the caches that the request names. One that cannot be read is told and left out.
Task<void> import_caches(dhow::build::Builder& builder, Wanted& wanted,
                         std::shared_ptr<dhow::build::Context> whole,
                         std::shared_ptr<dhow::build::Cancellation> stop) {
    auto& services = builder.services();
    for (const auto& entry : wanted.imports) {
        try {
            std::shared_ptr<dhow::build::ImportedCache> cache;
            auto place = entry.get(entry.type == "local" ? "src" : "ref");
            if (entry.type == "local") {
                if (!whole || !place.starts_with(bundle_prefix))
                    throw InvalidArgument("cachefrom: a folder is the client's, who must send it");
                auto folder =
                    std::make_shared<dhow::build::Context>(whole, place.substr(bundle_prefix.size()));
                cache = co_await dhow::build::open_folder_cache(services, folder, entry.get("tag"), stop);
            } else {
                auto credentials = credentials_for(wanted.request, oci::Reference::parse(place).domain);
                cache = co_await dhow::build::open_registry_cache(services, place, credentials, stop);
            }
            wanted.request.imports.push_back(std::move(cache));
        } catch (const Error& error) {
            stop->check();
            wanted.remarks.push_back(fmt::format("no cache from {}: {}", entry.text(), error.message()));
        }
    }
}

/// Names the image. @return the names, as docker prints them
Task<std::vector<std::string>> name_image(engine::Engine& engine, std::string id,
                                          std::vector<Wanted::Name> wanted) {
    std::vector<std::string> names;
    for (const auto& name : wanted) {
        co_await engine.images().tag(id, name.repository, name.tag);
        names.push_back(name.repository + ":" + name.tag);
    }
    co_return names;
}

/// "FOLDER[:TAG][@DIGEST]" of the request's body.
Task<oci::Digest> take_layout(dhow::build::Builder& builder, const dhow::build::Request& request,
                              std::shared_ptr<dhow::build::Context> whole, std::string written,
                              std::shared_ptr<dhow::build::Cancellation> stop) {
    auto at = std::min(written.find('@'), written.size());
    auto place = written.substr(0, at);
    auto colon = std::min(place.find(':'), place.size());
    auto tag = colon < place.size() ? place.substr(colon + 1) : "";
    auto folder = std::make_shared<dhow::build::Context>(whole, place.substr(0, colon));
    oci::Digest root;
    if (at < written.size())
        root = oci::Digest::parse(written.substr(at + 1));
    else
        root = co_await dhow::build::find_in_layout(builder.services(), folder, std::move(tag));
    auto blobs = dhow::build::folder_blobs(builder.services(), std::move(folder));
    co_return co_await dhow::build::take_image(builder.services(), std::move(blobs), std::move(root),
                                               request.platform, std::move(stop));
}

Task<dhow::build::NamedContext> take_named_context(Place& place, const dhow::build::Request& request,
                                                   std::shared_ptr<dhow::build::Context> whole,
                                                   std::string value,
                                                   std::shared_ptr<dhow::build::Cancellation> stop) {
    constexpr std::string_view image = "docker-image://", layout = "oci-layout://";
    dhow::build::NamedContext named;
    if (value.starts_with(sent_prefix))
        named.files = place.contexts.find(value.substr(sent_prefix.size()));
    else if (value.starts_with(layout) && whole)
        named.image =
            (co_await take_layout(place.builder, request, whole, value.substr(layout.size()), stop)).text();
    else if (value.starts_with(image))
        named.image = value.substr(image.size());
    else
        named.files = co_await place.builder.fetch(value, stop);
    co_return named;
}

/// The files that the request brings, or names.
Task<std::shared_ptr<dhow::build::Context>> take_context(Place& place, http::Exchange& exchange,
                                                         Wanted& wanted,
                                                         std::shared_ptr<dhow::build::Cancellation> stop) {
    using dhow::build::Context;
    std::shared_ptr<Context> whole;
    bool elsewhere = !wanted.remote.empty() || !wanted.sent.empty();
    if (!elsewhere || wanted.bundled) whole = co_await receive(place.builder, exchange, stop);
    // It is asked for nothing else, but clients may send an empty body.
    if (!whole) co_await exchange.body();
    std::function<void()> cancel = [stop] { stop->request(); };
    exchange.on_disconnect(std::move(cancel));
    auto context = whole;
    if (!wanted.sent.empty())
        context = place.contexts.find(wanted.sent);
    else if (!wanted.remote.empty())
        context = co_await place.builder.fetch(wanted.remote, stop);
    else if (wanted.bundled)
        context = std::make_shared<Context>(whole, "context");
    for (const auto& [name, value] : wanted.contexts)
        wanted.request.contexts[name] =
            co_await take_named_context(place, wanted.request, whole, value, stop);
    co_await import_caches(place.builder, wanted, whole, stop);
    co_return context;
}

/// Sockets that lead to the client's agents, for as long as this lives.
class LentAgents {
  public:
    LentAgents(Place& place, Wanted& wanted) : lines_(place.agents), key_(wanted.agent_key) {
        auto& services = place.builder.services();
        for (const auto& id : wanted.agents)
            wanted.request.agents[id] =
                agents_.open(services.executor, services.options.exec_root, lines_.carrier(key_, id));
    }
    LentAgents(const LentAgents&) = delete;
    ~LentAgents() { lines_.close(key_); }

  private:
    AgentLines& lines_;
    std::string key_;
    dhow::build::Agents agents_;
};

/// What becomes of an image before it is named: its keys inside of it, its cache at registries.
Task<oci::Digest> share_cache(dhow::build::Builder& builder, dhow::build::Built built, const Wanted& wanted,
                              std::shared_ptr<dhow::build::Cancellation> stop) {
    auto& services = builder.services();
    for (const auto& entry : wanted.exports) {
        if (entry.type == "inline") {
            auto mark = [&services, built] {
                auto image = services.images.resolve(built.image.text());
                return dhow::build::add_inline_cache(services.store, image, built.steps);
            };
            built.image = co_await services.pool.run(std::move(mark));
        } else {
            auto name = oci::Reference::parse(entry.get("ref"));
            auto credentials = credentials_for(wanted.request, name.domain);
            auto steps = dhow::build::steps_of_mode(built.steps, entry.get("mode"));
            co_await dhow::build::push_cache(services, std::move(steps), std::move(name),
                                             std::move(credentials), stop);
        }
    }
    auto image = built.image;
    builder.remember(std::move(built));
    co_await builder.note_result(image);
    co_return image;
}

}  // namespace

Task<void> build(Place place, http::Exchange& exchange) {
    auto wanted = read_request(place.engine.networks(), exchange.request());
    auto stop = std::make_shared<dhow::build::Cancellation>();
    auto context = co_await take_context(place, exchange, wanted, stop);
    auto executor = co_await asio::this_coro::executor;
    Answer answer(exchange, executor, wanted);
    if (!wanted.call.empty()) {
        auto subrequest = "frontend." + (wanted.call == "check" ? "lint" : wanted.call);
        auto result = co_await place.builder.ask(std::move(subrequest), wanted.request, context);
        auto words = wanted.call_json ? result.json + "\n" : result.text;
        co_await answer.told(std::move(words), std::move(result.failure));
        co_return;
    }
    for (const auto& remark : wanted.remarks) answer.remark(remark);
    std::exception_ptr failure;
    std::string id;
    std::vector<std::string> names;
    try {
        LentAgents agents(place, wanted);
        auto built = co_await place.builder.build(wanted.request, context, answer, stop);
        auto image = co_await share_cache(place.builder, std::move(built), wanted, stop);
        id = image.text();
        names = co_await name_image(place.engine, id, wanted.names);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    context.reset();
    if (failure)
        co_await answer.fail(failure);
    else
        co_await answer.done(id, names);
}

}  // namespace dhow::api::build
