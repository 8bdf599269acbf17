#pragma once
// The files that a client sent to build from: unpacked into a directory of their own, that goes with this.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/unique_fd.hpp"
#include "build/files/stop.hpp"
#include "build/scratch.hpp"
#include "image/source.hpp"
#include "store/store.hpp"

namespace dhow::build {

class Context {
  public:
    /// Reads the tar to its end. Blocks. @throws InvalidArgument for one that is damaged or hostile
    Context(store::Store& store, image::Source& tar, const Cancellation& stop);
    /// What `fill` puts into the folder that it is given; it says which folder of that is the context.
    Context(store::Store& store, const std::function<std::string(const std::filesystem::path&)>& fill);
    Context(const Context&) = delete;

    int root() const { return root_.get(); }

    /// The Dockerfile's text; then it, and .dockerignore, are taken out of the context where the latter says
    /// so. @throws InvalidArgument in docker's words when there is none
    std::string take_dockerfile(const std::string& name);

  private:
    void open(const std::string& folder);

    Scratch scratch_;
    UniqueFd root_;
};

}  // namespace dhow::build
