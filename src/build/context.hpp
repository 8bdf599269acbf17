#pragma once
// The files that a client sent to build from: unpacked into a directory of their own, that goes with this.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
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
    /// Files that are in a folder already. `release` is called when the build needs them no more.
    Context(std::filesystem::path path, std::string dockerfile, std::function<void()> release);
    Context(const Context&) = delete;
    ~Context();

    int root() const { return root_.get(); }
    const std::filesystem::path& path() const { return path_; }

    /// The Dockerfile's text; then it, and .dockerignore, are taken out of the context where the latter says
    /// so. @throws InvalidArgument in docker's words when there is none
    std::string take_dockerfile(const std::string& name);

  private:
    std::function<void()> release_;
    std::filesystem::path path_;
    UniqueFd root_;
    std::optional<std::string> dockerfile_;  // where it is not among the files
};

}  // namespace dhow::build
