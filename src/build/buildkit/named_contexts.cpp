// --build-context NAME=...: folders of the client, repositories and URLs.

#include "build/buildkit/recipe.hpp"

namespace dhow::build::buildkit {

namespace {

constexpr std::string_view local = "local:";

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

}  // namespace

Task<void> fetch_named_contexts(Delivery delivery, std::shared_ptr<Recipe> recipe) {
    for (const auto& name : recipe->plan.contexts) {
        const auto& value = recipe->order.named_contexts.at(name);
        std::shared_ptr<Context> files;
        auto fetch = [&](Vertex& vertex) -> Task<void> {
            if (value.starts_with(local))
                files = co_await fetch_local(delivery, vertex, value.substr(local.size()));
            else
                files = co_await delivery.builder.fetch(value, delivery.stop);
        };
        co_await with_vertex(delivery.status, fmt::format("[context {}] load from {}", name, value), fetch);
        recipe->order.request.contexts[name].files = std::move(files);
    }
}

}  // namespace dhow::build::buildkit
