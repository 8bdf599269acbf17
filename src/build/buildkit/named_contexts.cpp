// --build-context NAME=...: folders and OCI layouts of the client, repositories and URLs.

#include "build/buildkit/content.hpp"
#include "build/buildkit/recipe.hpp"
#include "build/share/layout_image.hpp"

namespace dhow::build::buildkit {

namespace {

constexpr std::string_view local = "local:";
constexpr std::string_view layout = "oci-layout://";

Task<std::shared_ptr<Context>> fetch_local(Delivery delivery, Vertex& vertex, std::string folder) {
    std::vector<std::string> names{".dockerignore"};
    auto ignore = co_await fetch_texts(delivery, vertex, folder, "context " + folder, std::move(names));
    Wanted wanted;
    wanted.folder = folder;
    if (ignore[0]) wanted.exclude = ignore_patterns(*ignore[0]);
    auto key = delivery.session->shared_key();
    if (!key.empty()) key += ":" + folder;
    co_return co_await fetch_folder(delivery, vertex, std::move(wanted), std::move(key));
}

/// "STORE:TAG@DIGEST", of which the client has looked the digest up.
Task<oci::Digest> fetch_layout(Delivery delivery, std::string written,
                               std::optional<oci::Platform> platform) {
    auto at = written.find('@');
    if (at == written.npos) throw InvalidArgument("the client names no digest in {}{}", layout, written);
    auto store = "oci:" + written.substr(0, std::min(at, written.find(':')));
    auto blobs = std::make_shared<ClientContent>(delivery.services.pool, delivery.session, std::move(store));
    auto root = oci::Digest::parse(written.substr(at + 1));
    co_return co_await take_image(delivery.services, std::move(blobs), std::move(root), std::move(platform),
                                  delivery.stop);
}

}  // namespace

Task<void> fetch_named_contexts(Delivery delivery, std::shared_ptr<Recipe> recipe) {
    for (const auto& name : recipe->plan.contexts) {
        const auto& value = recipe->order.named_contexts.at(name);
        auto& request = recipe->order.request;
        NamedContext context;
        auto fetch = [&](Vertex& vertex) -> Task<void> {
            if (value.starts_with(local))
                context.files = co_await fetch_local(delivery, vertex, value.substr(local.size()));
            else if (value.starts_with(layout))
                context.image =
                    (co_await fetch_layout(delivery, value.substr(layout.size()), request.platform)).text();
            else
                context.files = co_await delivery.builder.fetch(value, delivery.stop);
        };
        co_await with_vertex(delivery.status, fmt::format("[context {}] load from {}", name, value), fetch);
        request.contexts[name] = std::move(context);
    }
}

}  // namespace dhow::build::buildkit
