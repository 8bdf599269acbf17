#include "image/layer_content.hpp"

#include <csignal>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "image/layer/recipe.hpp"
#include "image/source.hpp"

namespace dhow::image {

namespace {

using Reader = std::function<std::size_t(std::span<char>)>;

Reader read_file(std::shared_ptr<UniqueFd> file, std::int64_t offset) {
    return [file, offset](std::span<char> buffer) mutable {
        auto count = check(::pread(file->get(), buffer.data(), buffer.size(), offset), "read a layer's blob");
        offset += count;
        return static_cast<std::size_t>(count);
    };
}

/// The tar of a recipe, written by a thread into a pipe.
class Replay {
  public:
    Replay(store::Store& store, const std::string& layer) {
        int ends[2];
        check(::pipe2(ends, O_CLOEXEC), "make a pipe");
        read_end_.reset(ends[0]);
        writer_ = std::jthread([this, &store, layer, end = ends[1]] {
            FdOutput output{UniqueFd(end)};
            sigset_t pipe_signal;
            ::sigemptyset(&pipe_signal);
            ::sigaddset(&pipe_signal, SIGPIPE);
            ::pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
            try {
                replay_recipe(store.layers().recipe(layer), store.layers().diff(layer), output);
            } catch (const Error& error) {
                // The reader sees the end; a tar that is too short is not what its digest says.
                failure_ = error.message();
            }
        });
    }
    ~Replay() { read_end_.reset(); }  // the writer sees that nobody reads, and ends

    std::size_t read(std::span<char> buffer) {
        for (;;) {
            auto count = ::read(read_end_.get(), buffer.data(), buffer.size());
            if (count < 0 && errno == EINTR) continue;
            check(count, "read a layer's tar");
            if (count > 0) return static_cast<std::size_t>(count);
            if (writer_.joinable()) writer_.join();
            if (!failure_.empty()) throw InternalError("{}", failure_);
            return 0;
        }
    }

  private:
    UniqueFd read_end_;
    std::string failure_;
    std::jthread writer_;
};

Reader read_replay(store::Store& store, const std::string& layer, std::int64_t offset) {
    auto replay = std::make_shared<Replay>(store, layer);
    std::vector<char> skipped(64 << 10);
    while (offset > 0) {
        auto most = std::min<std::int64_t>(offset, static_cast<std::int64_t>(skipped.size()));
        auto count = replay->read(std::span(skipped).first(static_cast<std::size_t>(most)));
        if (count == 0) break;
        offset -= static_cast<std::int64_t>(count);
    }
    return [replay](std::span<char> buffer) { return replay->read(buffer); };
}

}  // namespace

registry::BlobSource layer_content(store::Store& store, const store::Layer& layer,
                                   const oci::Descriptor& descriptor) {
    registry::BlobSource source{descriptor.digest, descriptor.size, {}};
    if (store.blobs().has(descriptor.digest)) {
        auto file = std::make_shared<UniqueFd>(store.blobs().open(descriptor.digest));
        source.open = [file](std::int64_t offset) { return read_file(file, offset); };
    } else if (layer.has_recipe && layer.diff_id == descriptor.digest) {
        source.open = [&store, id = layer.id](std::int64_t offset) { return read_replay(store, id, offset); };
    } else {
        throw NotFound("layer {} is not in the store in the form its manifest names",
                       descriptor.digest.text());
    }
    return source;
}

}  // namespace dhow::image
