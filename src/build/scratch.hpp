#pragma once
// A private folder of a build, below the data root. The next start removes what a crash leaves.

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "base/random.hpp"
#include "store/files.hpp"
#include "store/store.hpp"
#include "store/trash.hpp"

namespace dhow::build {

/// Gone with this.
class Scratch {
  public:
    /// `what` is the start of its name.
    Scratch(store::Store& store, const std::string& what)
        : store_(store), path_(store.data_root() / "build" / (what + "-" + random_hex(16))) {
        store::make_private_directory(path_.parent_path());
        store::make_private_directory(path_);
    }
    Scratch(const Scratch&) = delete;
    ~Scratch() {
        try {
            store_.trash().take(path_);
        } catch (const Error&) {
            // The next start removes it.
        }
    }
    const std::filesystem::path& path() const { return path_; }

  private:
    store::Store& store_;
    std::filesystem::path path_;
};

}  // namespace dhow::build
