#pragma once
// The files that a client sent to build from: unpacked into a directory of their own, that goes with this.

#include <filesystem>
#include <memory>
#include <string>

#include "base/unique_fd.hpp"
#include "build/files/stop.hpp"
#include "image/source.hpp"
#include "store/store.hpp"

namespace dhow::build {

class Context {
  public:
    /// Reads the tar to its end. Blocks. @throws InvalidArgument for one that is damaged or hostile
    Context(store::Store& store, image::Source& tar, const Cancellation& stop);
    Context(const Context&) = delete;
    ~Context();

    int root() const { return root_.get(); }
    const std::filesystem::path& path() const { return path_; }

    /// The Dockerfile's text; then it, and .dockerignore, are taken out of the context where the latter says
    /// so. @throws InvalidArgument in docker's words when there is none
    std::string take_dockerfile(const std::string& name);

  private:
    store::Store& store_;
    std::filesystem::path path_;
    UniqueFd root_;
};

}  // namespace dhow::build
