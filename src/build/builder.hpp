#pragma once
// Builds images of Dockerfiles: the graph of a plan's stages is run, independent ones at the same time, and
// what earlier builds made of the same inputs is used again.

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "base/async/sync.hpp"
#include "build/cache.hpp"
#include "build/context.hpp"
#include "build/contexts/contexts.hpp"
#include "build/files/stop.hpp"
#include "build/options.hpp"
#include "build/subrequests/answer.hpp"
#include "build/usage.hpp"

namespace dhow::build {

/// A RUN ended with a status that is not 0.
class CommandFailed : public Error {
  public:
    CommandFailed(const std::string& command, int code)
        : Error(ErrorKind::internal,
                fmt::format("The command '{}' returned a non-zero code: {}", command, code)),
          command_(command),
          code_(code) {}
    const std::string& command() const noexcept { return command_; }
    int code() const noexcept { return code_; }

  private:
    std::string command_;
    int code_;
};

/// Directories of RUN --mount=type=cache, by their id. Loop thread.
class CacheMounts {
  public:
    CacheMounts(asio::any_io_executor executor, std::filesystem::path root)
        : root_(std::move(root)), freed_(std::move(executor)) {}

    /// A directory in use as long as this lives.
    class Use {
      public:
        Use(CacheMounts& owner, std::string name) : owner_(owner), name_(std::move(name)) {
            ++owner_.used_[name_];
        }
        Use(const Use&) = delete;
        ~Use() {
            if (--owner_.used_[name_] == 0) owner_.used_.erase(name_);
            owner_.freed_.notify();
        }
        std::filesystem::path path() const { return owner_.root_ / name_; }

      private:
        CacheMounts& owner_;
        std::string name_;
    };

    bool is_used(const std::string& name) const { return used_.contains(name); }
    const std::filesystem::path& root() const { return root_; }
    /// Waits until a use of some directory ends, or wake().
    Task<void> wait() { return freed_.wait(); }
    void wake() { freed_.notify(); }

  private:
    std::filesystem::path root_;
    Signal freed_;
    std::map<std::string, int> used_;
};

/// A step of a build, and the keys that lead to what it made.
struct BuiltStep {
    std::vector<std::string> keys;
    oci::Digest image;
    bool of_target = false;  ///< in the stages that the image stands on, others are only copied from
};

struct Built {
    oci::Digest image;
    std::vector<BuiltStep> steps;
};

class Builder {
  public:
    explicit Builder(Services services);
    Builder(const Builder&) = delete;

    /// What it works with.
    Services& services() { return services_; }
    CacheMounts& cache_mounts() { return mounts_; }
    Contexts& contexts() { return contexts_; }

    /// Takes a context in, on the pool.
    Task<std::shared_ptr<Context>> receive(std::shared_ptr<image::Source> tar,
                                           std::shared_ptr<Cancellation> stop);

    /// Fetches a context: a git repository, or a URL of a tar or of a Dockerfile. @throws InvalidArgument
    Task<std::shared_ptr<Context>> fetch(std::string remote, std::shared_ptr<Cancellation> stop);

    /// Answers a subrequest about a context's Dockerfile, without building.
    /// @throws UnsupportedSubrequest, InvalidArgument with a picture of the place
    Task<SubrequestResult> ask(std::string subrequest, const Request& request,
                               std::shared_ptr<Context> context);

    /// Builds. `request` and `listener` must outlive it.
    /// @throws dockerfile::DockerfileError, CommandFailed, and what else went wrong
    Task<Built> build(const Request& request, std::shared_ptr<Context> context, Listener& listener,
                      std::shared_ptr<Cancellation> stop);

    /// Keeps what a build made for those who ask for its cache soon after it.
    void remember(Built built);
    /// That of a recent build. @throws NotFound when it was too long ago
    const Built& recent(const oci::Digest& image) const;

    /// Notes that an image is what a user built: no step that may go with the cache.
    Task<void> note_result(oci::Digest image);

    /// What builds keep to use it again, the oldest first.
    Task<std::vector<CacheRecord>> cache_records();
    /// Forgets of it what the order says. `remove_image` removes an image that only the cache kept; what it
    /// throws is no matter. @return what is gone
    Task<std::vector<CacheRecord>> prune(PruneOrder order,
                                         std::function<Task<void>(std::string id)> remove_image);

  private:
    Task<Built> run(const Request& request, std::shared_ptr<Context> context, Listener& listener,
                    std::shared_ptr<Cancellation> stop);

    Services services_;
    Cache cache_;
    CacheMounts mounts_;
    Contexts contexts_;
    std::deque<Built> recent_;  // the newest last
};

}  // namespace dhow::build
