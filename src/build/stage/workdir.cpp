// WORKDIR: folders that are missing are made.

#include <fcntl.h>

#include "base/random.hpp"
#include "build/configure.hpp"
#include "build/files/tree.hpp"
#include "build/run.hpp"
#include "bundle/user.hpp"
#include "linux/path.hpp"

namespace dhow::build {

namespace {

/// They belong to the stage's USER.
files::Owner owner_of(const std::string& user, const Workspace& workspace) {
    if (user.empty()) return {};
    auto found = bundle::resolve_user(bundle::RootView(workspace.lower()), user, {});
    return {found.uid, found.gid};
}

}  // namespace

Task<void> StageRun::workdir_step(std::string comment) {
    auto created_by = no_operation(comment, false);
    auto exact = exact_key(created_by, "");
    const auto& config = state.config.config;
    Key key("workdir");
    key.add(chain_of(state.layers)).add(config.working_dir).add(config.user);
    auto content = key.add(build.epoch_text()).finish();
    if (co_await reuse(created_by, exact, content)) co_return;
    auto make = [this, path = config.working_dir, user = config.user] {
        Workspace workspace(build.services.store, random_hex(32), state.layers);
        {
            auto root = workspace.mount();
            auto top = linux::open_in_root(root.get(), ".", O_RDONLY | O_DIRECTORY);
            if (!linux::find_in_root(top.get(), path, O_PATH | O_DIRECTORY))
                files::make_folders(top.get(), path, owner_of(user, workspace));
        }
        return workspace.seal(build.epoch);
    };
    auto layer = co_await build.services.pool.run(std::move(make));
    co_await commit(created_by, std::move(layer), exact, content);
}

}  // namespace dhow::build
