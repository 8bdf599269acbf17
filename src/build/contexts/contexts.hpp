#pragma once
// Folders that hold what clients sent to build from. A client that says which folder it is finds it kept at
// the next build, and sends only what changed. One is <data root>/build-cache/contexts/<digest of the key>/,
// with its files in "files" and what is known of them in "index" (index.hpp).

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "build/usage.hpp"
#include "store/store.hpp"

namespace dhow::build {

/// Loop thread.
class Contexts {
  public:
    explicit Contexts(store::Store& store);

    /// A folder that nobody else uses until `release` is called, on the loop.
    struct Lease {
        std::filesystem::path files;
        std::filesystem::path index;  ///< empty when nothing is kept
        std::function<void()> release;
    };
    /// The one kept under that key, whatever text that is; a new one, not kept, without a key or while
    /// another build uses it.
    Lease take(const std::string& key);

    /// Those that are kept, and whether each is in use.
    ContextFolders list() const;

  private:
    store::Store& store_;
    std::filesystem::path kept_;
    std::shared_ptr<std::set<std::string>> used_ = std::make_shared<std::set<std::string>>();
};

}  // namespace dhow::build
