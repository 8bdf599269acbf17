#pragma once
// The files that a client sent to build from: unpacked into a directory of their own, that goes with this; or
// in one that is kept for the next build (contexts/contexts.hpp).

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"
#include "build/files/contents.hpp"
#include "build/files/stop.hpp"
#include "build/scratch.hpp"
#include "image/source.hpp"
#include "store/store.hpp"

namespace dhow::build {

/// The patterns of a .dockerignore: clean, with "!" in front of an exception.
std::vector<std::string> ignore_patterns(std::string_view text);

class Context {
  public:
    /// Reads the tar to its end. Blocks. @throws InvalidArgument for one that is damaged or hostile
    Context(store::Store& store, image::Source& tar, const Cancellation& stop);
    /// What `fill` puts into the folder that it is given; it says which folder of that is the context.
    Context(store::Store& store, const std::function<std::string(const std::filesystem::path&)>& fill);
    /// A folder of another one, which stays as long as this. @throws InvalidArgument when there is none
    Context(std::shared_ptr<Context> whole, const std::string& folder);
    /// Files that are in a folder already. `release` is called when the build needs them no more.
    Context(const std::filesystem::path& folder, std::function<void()> release);
    Context(const Context&) = delete;
    ~Context();

    int root() const { return root_.get(); }

    /// What whoever brought the files knows of their contents.
    void know_contents(std::shared_ptr<const files::KnownContents> contents) {
        contents_ = std::move(contents);
    }
    /// Null when nothing is known.
    const files::KnownContents* contents() const { return contents_.get(); }

    /// The Dockerfile's text; then it, and .dockerignore, are taken out of the context where the latter says
    /// so. @throws InvalidArgument in docker's words when there is none
    std::string take_dockerfile(const std::string& name);
    /// The patterns of the .dockerignore that belongs to a Dockerfile; none without one.
    std::vector<std::string> ignored(const std::string& dockerfile) const;
    /// The Dockerfile is this text, whatever the files are.
    void use_dockerfile(std::string text) { dockerfile_ = std::move(text); }
    /// The same for the .dockerignore.
    void use_ignore(std::string text) { ignore_ = std::move(text); }

  private:
    void open(const std::string& folder);

    std::optional<Scratch> scratch_;
    std::function<void()> release_;
    UniqueFd root_;
    std::shared_ptr<const files::KnownContents> contents_;
    std::optional<std::string> dockerfile_, ignore_;
};

}  // namespace dhow::build
