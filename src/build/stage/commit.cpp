// The image of each step: one that an earlier build made of the same, or a new one.

#include "base/units.hpp"
#include "build/configure.hpp"
#include "build/run.hpp"
#include "build/share/imported.hpp"

namespace dhow::build {

std::string StageRun::no_operation(const std::string& comment, bool spaced) const {
    const auto& shell = state.config.config.shell;
    auto start = shell.empty() ? std::string("/bin/sh -c") : fmt::format("{}", fmt::join(shell, " "));
    return fmt::format("{} #(nop) {}{}", start, spaced ? " " : "", comment);
}

std::string StageRun::exact_key(const std::string& created_by, const std::string& details) const {
    Key key("step");
    key.add(state.image.text()).add(created_by).add(details).add(config_text(state.config));
    return key.add(build.epoch_text()).finish();
}

Task<void> StageRun::plain_step(std::string comment) {
    auto created_by = no_operation(comment, true);
    auto exact = exact_key(created_by, "");
    if (co_await reuse(created_by, exact, "")) co_return;
    co_await commit(created_by, nullptr, exact, "");
}

bool StageRun::may_reuse() const {
    const auto& wanted = build.request.no_cache_stages;
    if (build.request.no_cache) return false;
    const auto& name = build.plan.stages[index].stage.name;
    return !wanted.contains(std::to_string(index)) && (name.empty() || !wanted.contains(name));
}

Task<bool> StageRun::reuse(std::string created_by, std::string exact_key, std::string content_key) {
    if (!may_reuse()) co_return false;
    struct Found {
        std::optional<image::Image> image;  // the very same step on the very same image
        bool layer_known = false;           // the same work on the same files
        LayerPtr layer;
    };
    auto look = [this, exact_key, content_key] {
        Found found;
        auto& services = build.services;
        auto known = build.cache.find(exact_key);
        bool exact = known.has_value();
        if (!known && !content_key.empty()) known = build.cache.find(content_key);
        if (!known) return found;
        auto image = services.images.find(known->text());
        if (!image) return found;
        if (exact) found.image = image;
        const auto& config = *image->config;
        found.layer_known = true;
        bool empty = config.history.empty() || config.history.back().empty_layer;
        if (empty || config.rootfs.diff_ids.empty()) return found;
        auto pin = services.store.layers().find(config.rootfs.diff_ids.back());
        if (!pin) return Found{};
        found.layer = std::make_shared<image::IngestedLayer>(image::known_layer(std::move(*pin)));
        return found;
    };
    auto found = co_await build.services.pool.run(std::move(look));
    if (!found.layer_known)
        co_return co_await reuse_imported(std::move(created_by), std::move(exact_key),
                                          std::move(content_key));
    build.listener.step_reused(index);
    co_await say(" ---> Using cache\n");
    if (found.image) {
        state.config = *found.image->config;
        state.image = found.image->id;
        if (found.layer) state.layers.push_back(found.layer);
        note_step(exact_key, content_key);
        co_return true;
    }
    co_await commit(std::move(created_by), std::move(found.layer), std::move(exact_key),
                    std::move(content_key));
    co_return true;
}

Task<bool> StageRun::reuse_imported(std::string created_by, std::string exact_key, std::string content_key) {
    for (const auto& cache : build.request.imports) {
        const auto* step = cache->find(exact_key);
        bool exact = step && !step->config.empty();
        if (!step && !content_key.empty()) step = cache->find(content_key);
        if (!step) continue;
        LayerPtr layer;
        try {
            layer = co_await cache->layer(*step, build.stop);
        } catch (const Error&) {
            // A cache that cannot be read is one that has nothing.
            build.stop->check();
            continue;
        }
        build.listener.step_reused(index);
        co_await say(" ---> Using cache\n");
        if (exact) exact = take_config(step->config, layer);
        if (exact)
            co_await keep(layer, std::move(exact_key), std::move(content_key));
        else
            co_await commit(std::move(created_by), layer, std::move(exact_key), std::move(content_key));
        co_return true;
    }
    co_return false;
}

bool StageRun::take_config(const std::string& text, const LayerPtr& layer) {
    auto config = oci::ImageConfig::parse(text);
    std::vector<oci::Digest> layers;
    for (const auto& below : state.layers) layers.push_back(below->pin.layer().diff_id);
    if (layer) layers.push_back(layer->pin.layer().diff_id);
    if (config.rootfs.diff_ids != layers) return false;
    state.config = std::move(config);
    return true;
}

void StageRun::note_step(const std::string& exact_key, const std::string& content_key) {
    BuiltStep step;
    step.keys.push_back(exact_key);
    if (!content_key.empty()) step.keys.push_back(content_key);
    step.image = state.image;
    built.push_back(std::move(step));
}

Task<void> StageRun::commit(std::string created_by, LayerPtr layer, std::string exact_key,
                            std::string content_key) {
    build.stop->check();
    auto& config = state.config;
    config.created = build.created();
    oci::History entry;
    entry.created = config.created;
    entry.created_by = std::move(created_by);
    entry.author = config.author;
    entry.empty_layer = !layer;
    config.history.push_back(std::move(entry));
    if (layer) config.rootfs.diff_ids.push_back(layer->pin.layer().diff_id);
    co_await keep(std::move(layer), std::move(exact_key), std::move(content_key));
}

Task<void> StageRun::keep(LayerPtr layer, std::string exact_key, std::string content_key) {
    if (layer) state.layers.push_back(std::move(layer));
    auto make = [this, exact_key, content_key] {
        auto id = make_image(build.services.store, state.config, state.layers, state.image);
        build.cache.put(exact_key, id);
        if (!content_key.empty()) build.cache.put(content_key, id);
        return id;
    };
    state.image = co_await build.services.pool.run(std::move(make));
    note_step(exact_key, content_key);
}

}  // namespace dhow::build
