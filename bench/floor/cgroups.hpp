#pragma once
// The cgroups of a measured container: one a version 1 hierarchy, and one of version 2.

#include <string>
#include <vector>

#include "base/unique_fd.hpp"

namespace dhow::floor {

/// Made by the constructor, removed by `remove` (or the destructor).
class Cgroups {
  public:
    explicit Cgroups(const std::string& name);
    ~Cgroups();
    Cgroups(const Cgroups&) = delete;

    /// Moves the calling process in, by descriptors that were opened before.
    void enter() const noexcept;
    void remove() noexcept;
    std::size_t size() const noexcept { return folders_.size(); }

    /// The parents of all: made once, before anything is measured.
    static void prepare();
    static void clean_up() noexcept;

  private:
    std::vector<std::string> folders_;
    std::vector<UniqueFd> tasks_;
};

}  // namespace dhow::floor
