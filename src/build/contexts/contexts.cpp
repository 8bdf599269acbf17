#include "build/contexts/contexts.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "store/files.hpp"

namespace dhow::build {

Contexts::Contexts(store::Store& store)
    : store_(store), kept_(store.data_root() / "build-cache" / "contexts") {
    store::make_private_directory(kept_.parent_path());
    store::make_private_directory(kept_);
}

Contexts::Lease Contexts::take(const std::string& key) {
    // A digest leads nowhere else.
    auto name = std::string(store::sha256(key).hex().substr(0, 32));
    if (key.empty() || !used_->insert(name).second) {
        auto path = store_.data_root() / "build" / ("context-" + random_hex(16));
        store::make_private_directory(path.parent_path());
        store::make_private_directory(path);
        return {path, {}, [&trash = store_.trash(), path] { trash.take(path); }};
    }
    auto path = kept_ / name;
    store::make_private_directory(path);
    store::make_private_directory(path / "files");
    return {path / "files", path / "index", [used = used_, name] { used->erase(name); }};
}

ContextFolders Contexts::list() const {
    ContextFolders folders;
    std::error_code absent;
    for (const auto& entry : std::filesystem::directory_iterator(kept_, absent))
        folders.emplace_back(entry.path(), used_->contains(entry.path().filename()));
    return folders;
}

}  // namespace dhow::build
