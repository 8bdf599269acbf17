#pragma once
// A directory that goes away with its owner, made below the build's folder for temporary files.

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "store/trash.hpp"

namespace dhow::testing {

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        // Not /tmp, which may be a tmpfs without trusted xattrs or room.
        std::string pattern = "/var/tmp/dhow-test-XXXXXX";
        if (!::mkdtemp(pattern.data())) throw_errno("mkdtemp");
        path_ = pattern;
    }
    ~TemporaryDirectory() { store::remove_tree(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

}  // namespace dhow::testing
