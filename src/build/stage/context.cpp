// A named context of files as what FROM and --from take: a layer of its own.

#include <fcntl.h>

#include "base/random.hpp"
#include "build/files/tree.hpp"
#include "build/run.hpp"
#include "linux/path.hpp"

namespace dhow::build {

Task<LayerStack> StageRun::context_layers(std::string name) {
    auto key = "context " + name;
    auto& turn = build.image_turns.try_emplace(key, build.services.executor).first->second;
    auto lock = co_await turn.lock();
    if (auto known = build.contexts.find(name); known != build.contexts.end()) co_return known->second;
    auto folder = build.request.contexts.at(name).files;
    if (!folder) throw InternalError("the files of the context {} are not here", name);
    auto make = [this, folder] {
        Workspace workspace(build.services.store, random_hex(32), LayerStack());
        {
            auto mounted = workspace.mount();
            auto root = linux::open_in_root(mounted.get(), ".", O_RDONLY | O_DIRECTORY);
            files::CopyOptions options;
            options.owner = files::Owner{};
            options.threads = files::threads_for(folder->contents());
            files::Source all{".", true, {}};
            files::copy_source(folder->root(), all, root.get(), "/", options, *build.stop);
        }
        return workspace.seal(build.epoch);
    };
    auto layer = co_await build.services.pool.run(std::move(make));
    LayerStack layers;
    if (layer) layers.push_back(std::move(layer));
    build.contexts[name] = layers;
    co_return layers;
}

Task<void> StageRun::stand_on_context(std::string name) {
    state.layers = co_await context_layers(std::move(name));
    for (const auto& layer : state.layers) {
        state.config.rootfs.diff_ids.push_back(layer->pin.layer().diff_id);
        oci::History entry;
        entry.created = build.created();
        entry.comment = "files of a named context";
        state.config.history.push_back(std::move(entry));
    }
}

}  // namespace dhow::build
