#pragma once
// Folders that hold what clients sent to build from. A client that says which folder it is (its shared key)
// finds it kept at the next build, and sends only what changed.

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "store/store.hpp"

namespace dhow::build::buildkit {

/// Loop thread.
class Contexts {
  public:
    explicit Contexts(store::Store& store);

    /// A folder that nobody else uses until `release` is called, on the loop.
    struct Lease {
        std::filesystem::path path;
        std::function<void()> release;
    };
    /// The one kept under that key; a new one, not kept, without a key or while another build uses it.
    Lease take(const std::string& key);

    /// Those that are kept, and whether each is in use.
    std::vector<std::pair<std::filesystem::path, bool>> list() const;

  private:
    store::Store& store_;
    std::filesystem::path kept_;
    std::shared_ptr<std::set<std::string>> used_ = std::make_shared<std::set<std::string>>();
};

}  // namespace dhow::build::buildkit
