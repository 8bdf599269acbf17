// RUN --mount: what each kind is, outside of the container.

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.hpp"
#include "build/configure.hpp"
#include "build/files/tree.hpp"
#include "build/run.hpp"
#include "linux/path.hpp"
#include "store/files.hpp"
#include "store/trash.hpp"

namespace dhow::build {

namespace {

using dockerfile::RunMount;

/// A directory of copies, removed with this.
struct Copies {
    explicit Copies(store::Store& room)
        : store(room), path(room.data_root() / "build" / ("mounts-" + random_hex(16))) {
        store::make_private_directory(path.parent_path());
        store::make_private_directory(path);
    }
    Copies(const Copies&) = delete;
    ~Copies() {
        try {
            store.trash().take(path);
        } catch (const Error&) {
            // The next start removes it.
        }
    }
    store::Store& store;
    std::filesystem::path path;
    int count = 0;
};

/// Where a path of a root is on the host, links resolved inside of it.
std::string host_path(int root, const std::string& path) {
    auto found = linux::find_in_root(root, path.empty() ? "." : path, O_PATH);
    if (!found) throw NotFound("bind source {} does not exist", path);
    char text[PATH_MAX];
    auto size = check(::readlink(fmt::format("/proc/self/fd/{}", found->get()).c_str(), text, sizeof text),
                      "find {}", path);
    return {text, static_cast<std::size_t>(size)};
}

/// What of a stage is mounted, copied: the overlay of its layers is mounted nowhere.
std::string copy_of(store::Store& store, Copies& copies, const LayerStack& layers, const std::string& path,
                    const Cancellation& stop) {
    auto from = mount_read_only(store, layers);
    auto sources = files::select(from.get(), path.empty() ? "." : path);
    auto target = copies.path / std::to_string(copies.count++);
    UniqueFd root(check(::open(copies.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open the copies"));
    files::copy_source(from.get(), sources.front(), root.get(), target.filename(), {}, stop);
    return target;
}

bundle::Mount tmpfs_mount(const RunMount& wanted) {
    bundle::Mount mount;
    mount.kind = bundle::Mount::Kind::tmpfs;
    mount.destination = wanted.target;
    if (wanted.size > 0) mount.tmpfs_options.push_back(fmt::format("size={}", wanted.size));
    if (wanted.mode) mount.tmpfs_options.push_back(fmt::format("mode={:o}", *wanted.mode));
    return mount;
}

void refuse_what_cannot_be(const RunMount& wanted) {
    if (wanted.type == RunMount::Type::cache && (!wanted.from.empty() || !wanted.source.empty()))
        throw NotImplemented(
            "RUN --mount=type=cache with from or source is not available in this release of dhow");
    if (wanted.type == RunMount::Type::bind && !wanted.read_only)
        throw NotImplemented("a writable RUN --mount=type=bind is not available in this release of dhow");
    bool from_client = wanted.type == RunMount::Type::secret || wanted.type == RunMount::Type::ssh;
    if (from_client && wanted.required)
        throw InvalidArgument("{} {}: not found: the client offers none",
                              wanted.type == RunMount::Type::ssh ? "ssh agent" : "secret", wanted.id);
}

/// The directory's name is a digest: an id can lead nowhere else.
std::string cache_name(const RunMount& wanted) {
    store::Sha256 hash;
    hash.update(store::as_bytes(wanted.id.empty() ? wanted.target : wanted.id));
    return std::string(hash.finish().hex().substr(0, 32));
}

void make_cache(const std::filesystem::path& path, const RunMount& wanted) {
    store::make_private_directory(path.parent_path().parent_path());
    store::make_private_directory(path.parent_path());
    if (::mkdir(path.c_str(), 0700) != 0) {
        if (errno == EEXIST) return;
        throw_errno("make the directory of a cache mount");
    }
    check(::chown(path.c_str(), wanted.uid.value_or(0), wanted.gid.value_or(0)), "chown {}", path.string());
    check(::chmod(path.c_str(), wanted.mode.value_or(0755)), "chmod {}", path.string());
}

Task<std::shared_ptr<CacheMounts::Use>> use_cache(BuildRun& build, RunMount wanted) {
    auto name = cache_name(wanted);
    if (wanted.sharing == RunMount::Sharing::locked) {
        while (build.mounts.is_used(name)) {
            build.stop->check();
            co_await build.mounts.wait();
        }
    } else if (wanted.sharing == RunMount::Sharing::private_) {
        auto first = name;
        for (int i = 1; build.mounts.is_used(name); ++i) name = fmt::format("{}-{}", first, i);
    }
    auto use = std::make_shared<CacheMounts::Use>(build.mounts, name);
    auto make = [path = use->path(), wanted] { make_cache(path, wanted); };
    co_await build.services.pool.run(std::move(make));
    co_return use;
}

}  // namespace

Task<RunMounts> make_mounts(StageRun& stage, std::vector<RunMount> wanted,
                            std::function<Task<LayerStack>(std::string)> layers_of) {
    auto& build = stage.build;
    auto& services = build.services;
    RunMounts result;
    auto copies = std::make_shared<Copies>(services.store);
    result.copies = copies;
    Key key("mounts");
    for (auto& one : wanted) {
        refuse_what_cannot_be(one);
        if (one.type == RunMount::Type::secret || one.type == RunMount::Type::ssh) continue;
        one.target = working_directory(stage.state.config.config, one.target);
        if (one.type == RunMount::Type::tmpfs) {
            result.mounts.push_back(tmpfs_mount(one));
            continue;
        }
        bundle::Mount mount;
        mount.destination = one.target;
        mount.read_only = one.read_only;
        if (one.type == RunMount::Type::cache) {
            auto use = co_await use_cache(build, one);
            mount.source = use->path();
            result.caches.push_back(std::move(use));
        } else if (one.from.empty()) {
            mount.source = host_path(build.context->root(), one.source);
        } else {
            auto layers = co_await layers_of(one.from);
            auto copy = [&services, copies, layers, path = one.source, stop = build.stop] {
                return copy_of(services.store, *copies, layers, path, *stop);
            };
            mount.source = co_await services.pool.run(std::move(copy));
        }
        if (one.type == RunMount::Type::bind) {
            auto hash = [path = mount.source, stop = build.stop] {
                store::Sha256 digest;
                std::filesystem::path whole(path);
                UniqueFd folder(check(::open(whole.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC),
                                      "open {}", path));
                files::Source source{whole.filename(), std::filesystem::is_directory(whole)};
                files::hash_source(folder.get(), source, {}, true, digest, *stop);
                return digest.finish().text();
            };
            key.add(co_await services.pool.run(std::move(hash)));
        }
        result.mounts.push_back(std::move(mount));
    }
    result.digest = key.finish();
    co_return result;
}

}  // namespace dhow::build
