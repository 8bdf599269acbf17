// RUN --mount: what each kind is, outside of the container.

#include <algorithm>

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build/configure.hpp"
#include "build/files/tree.hpp"
#include "build/run.hpp"
#include "build/scratch.hpp"
#include "linux/path.hpp"

namespace dhow::build {

namespace {

using dockerfile::RunMount;

/// What a RUN's mounts need as long as it runs.
struct Holdings final : RunMounts::Held {
    explicit Holdings(store::Store& room) : store(room), copies(room, "mounts") {}
    ~Holdings() override {
        std::error_code gone;
        if (!secrets.empty()) std::filesystem::remove_all(secrets, gone);
    }
    std::filesystem::path next() { return copies.path() / std::to_string(count++); }

    store::Store& store;
    Scratch copies;
    std::filesystem::path secrets;  ///< in memory: on the tmpfs of the exec root
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

/// What of a root is mounted, copied: what is written there is in nobody's way, and the overlay of a stage's
/// layers is mounted nowhere.
std::string copy_of(Holdings& holdings, int from, const std::string& path, const Cancellation& stop) {
    auto sources = files::select(from, path.empty() ? "." : path);
    if (sources.empty()) throw NotFound("bind source {} does not exist", path);
    auto target = holdings.next();
    UniqueFd root(
        check(::open(target.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open the copies"));
    files::copy_source(from, sources.front(), root.get(), target.filename(), {}, stop);
    if (!sources.front().is_directory) return target;
    // A folder's content is copied into another, which is to be like it.
    auto source = linux::open_in_root(from, sources.front().path, O_PATH);
    struct stat status;
    check(::fstat(source.get(), &status), "stat {}", path);
    check(::chown(target.c_str(), status.st_uid, status.st_gid), "chown {}", target.string());
    check(::chmod(target.c_str(), status.st_mode & 07777), "chmod {}", target.string());
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
    if (wanted.type == RunMount::Type::cache && wanted.from.empty() && !wanted.source.empty())
        throw InvalidArgument(
            "RUN --mount=type=cache with source needs from: a path inside of a cache is another step's to "
            "change");
}

/// A secret becomes a file, or a variable; of neither anything reaches a key or a layer.
void add_secret(BuildRun& build, const StageRun& stage, const RunMount& wanted, Holdings& holdings,
                RunMounts& result) {
    auto id = dockerfile::id_of(wanted);
    auto found = build.request.secrets.find(id);
    if (found == build.request.secrets.end()) {
        if (wanted.required) throw InvalidArgument("secret {}: not found", id);
        return;
    }
    if (!wanted.environment.empty()) result.variables.push_back(wanted.environment + "=" + found->second);
    if (!wanted.environment.empty() && wanted.target.empty()) return;
    if (holdings.secrets.empty()) {
        holdings.secrets = build.services.options.exec_root / ("build-secrets-" + random_hex(16));
        store::make_private_directory(holdings.secrets);
    }
    auto path = holdings.secrets / std::to_string(holdings.count++);
    UniqueFd file(
        check(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), "create a secret's file"));
    store::write_all(file.get(), store::as_bytes(found->second), "a secret's file");
    check(::fchown(file.get(), wanted.uid.value_or(0), wanted.gid.value_or(0)), "chown a secret's file");
    check(::fchmod(file.get(), wanted.mode.value_or(0400)), "chmod a secret's file");
    bundle::Mount mount;
    mount.destination = wanted.target.empty() ? "/run/secrets/" + id
                                              : working_directory(stage.state.config.config, wanted.target);
    mount.source = path;
    mount.read_only = true;
    result.mounts.push_back(std::move(mount));
}

/// The client's agent becomes a socket in the container, and the variable that says where.
void add_agent(BuildRun& build, const RunMount& wanted, int number, RunMounts& result) {
    auto id = dockerfile::id_of(wanted);
    auto found = build.request.agents.find(id);
    if (found == build.request.agents.end()) {
        if (wanted.required) throw InvalidArgument("unset ssh forward key {}", id);
        return;
    }
    const auto& path = found->second;
    check(::chown(path.c_str(), wanted.uid.value_or(0), wanted.gid.value_or(0)), "chown an agent's socket");
    check(::chmod(path.c_str(), wanted.mode.value_or(0600)), "chmod an agent's socket");
    bundle::Mount mount;
    mount.destination =
        wanted.target.empty() ? fmt::format("/run/buildkit/ssh_agent.{}", number) : wanted.target;
    mount.source = path;
    if (number == 0) result.variables.push_back("SSH_AUTH_SOCK=" + mount.destination);
    result.mounts.push_back(std::move(mount));
}

/// The directory's name is a digest: an id can lead nowhere else.
std::string cache_name(const RunMount& wanted) {
    Key key("cache");
    key.add(dockerfile::id_of(wanted)).add(wanted.from).add(wanted.source);
    return std::string(key.finish().substr(7, 32));
}

/// Makes a cache's directory: as what it begins with, if anything.
void make_cache(const std::filesystem::path& path, const RunMount& wanted, store::Store& store,
                const LayerStack& seed, const Cancellation& stop) {
    if (std::filesystem::exists(path)) return;
    Holdings holdings(store);
    std::filesystem::path made;
    if (wanted.from.empty()) {
        made = holdings.next();
        check(::mkdir(made.c_str(), 0700), "make the directory of a cache mount");
        check(::chown(made.c_str(), wanted.uid.value_or(0), wanted.gid.value_or(0)), "chown a cache mount");
        check(::chmod(made.c_str(), wanted.mode.value_or(0755)), "chmod a cache mount");
    } else {
        auto root = mount_read_only(store, seed);
        made = copy_of(holdings, root.get(), wanted.source, stop);
        if (!std::filesystem::is_directory(made))
            throw InvalidArgument("the source {} of a cache mount is no directory", wanted.source);
    }
    // Two builds that begin with the same cache: the second takes the first one's.
    if (::rename(made.c_str(), path.c_str()) != 0 && errno != EEXIST && errno != ENOTEMPTY)
        throw_errno("make the directory of a cache mount");
}

Task<std::shared_ptr<CacheMounts::Use>> use_cache(BuildRun& build, RunMount wanted, LayerStack seed) {
    auto name = cache_name(wanted);
    if (wanted.sharing == RunMount::Sharing::locked) {
        auto& mounts = build.mounts;
        std::function<void()> wake = [&mounts] { mounts.wake(); };
        Cancellation::Registration registration(*build.stop, std::move(wake));
        while (mounts.is_used(name)) {
            build.stop->check();
            co_await mounts.wait();
        }
    } else if (wanted.sharing == RunMount::Sharing::private_) {
        auto first = name;
        for (int i = 1; build.mounts.is_used(name); ++i) name = fmt::format("{}-{}", first, i);
    }
    auto use = std::make_shared<CacheMounts::Use>(build.mounts, name);
    auto make = [&build, path = use->path(), wanted, seed] {
        make_cache(path, wanted, build.services.store, seed, *build.stop);
    };
    co_await build.services.pool.run(std::move(make));
    co_return use;
}

/// The caches of one RUN by their names: in the order of the names, so that no two steps wait for each other.
Task<std::map<std::string, std::shared_ptr<CacheMounts::Use>>> use_caches(
    BuildRun& build, std::vector<RunMount> wanted, std::function<Task<LayerStack>(std::string)> layers_of) {
    std::erase_if(wanted, [](const RunMount& one) { return one.type != RunMount::Type::cache; });
    std::ranges::sort(wanted, {}, cache_name);
    std::map<std::string, std::shared_ptr<CacheMounts::Use>> uses;
    for (auto& one : wanted) {
        auto name = cache_name(one);
        if (uses.contains(name)) continue;
        LayerStack seed;
        if (!one.from.empty()) seed = co_await layers_of(one.from);
        uses[name] = co_await use_cache(build, one, std::move(seed));
    }
    co_return uses;
}

/// What is mounted counts for the step's key.
std::string digest_of(const std::filesystem::path& path, const files::KnownContents* known,
                      const Cancellation& stop) {
    store::Sha256 digest;
    UniqueFd folder(check(::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), "open {}",
                          path.string()));
    files::Source source{path.filename(), std::filesystem::is_directory(path)};
    files::hash_source(folder.get(), source, {}, true, known, digest, stop);
    return digest.finish().text();
}

Task<std::string> bind_source(BuildRun& build, std::shared_ptr<Holdings> holdings, RunMount wanted,
                              std::function<Task<LayerStack>(std::string)> layers_of) {
    LayerStack layers;
    bool from_context = wanted.from.empty();
    if (!from_context) layers = co_await layers_of(wanted.from);
    auto find = [&build, holdings, layers, wanted, from_context] {
        if (from_context && wanted.read_only) return host_path(build.context->root(), wanted.source);
        if (from_context) return copy_of(*holdings, build.context->root(), wanted.source, *build.stop);
        auto root = mount_read_only(build.services.store, layers);
        return copy_of(*holdings, root.get(), wanted.source, *build.stop);
    };
    co_return co_await build.services.pool.run(std::move(find));
}

}  // namespace

Task<RunMounts> make_mounts(StageRun& stage, std::vector<RunMount> wanted,
                            std::function<Task<LayerStack>(std::string)> layers_of) {
    auto& build = stage.build;
    RunMounts result;
    auto holdings = std::make_shared<Holdings>(build.services.store);
    result.holdings = holdings;
    Key key("mounts");
    for (auto& one : wanted) {
        refuse_what_cannot_be(one);
        if (!one.target.empty() && one.type != RunMount::Type::secret)
            one.target = working_directory(stage.state.config.config, one.target);
    }
    auto caches = co_await use_caches(build, wanted, layers_of);
    int agents = 0;
    for (auto& one : wanted) {
        if (one.type == RunMount::Type::ssh) {
            add_agent(build, one, agents++, result);
            continue;
        }
        if (one.type == RunMount::Type::secret) {
            add_secret(build, stage, one, *holdings, result);
            continue;
        }
        if (one.type == RunMount::Type::tmpfs) {
            result.mounts.push_back(tmpfs_mount(one));
            continue;
        }
        bundle::Mount mount;
        mount.destination = one.target;
        mount.read_only = one.read_only;
        if (one.type == RunMount::Type::cache) {
            auto use = caches.at(cache_name(one));
            mount.source = use->path();
            result.caches.push_back(std::move(use));
        } else {
            mount.source = co_await bind_source(build, holdings, one, layers_of);
            const auto* known = one.from.empty() ? build.context->contents() : nullptr;
            auto hash = [path = mount.source, known, stop = build.stop] {
                return digest_of(path, known, *stop);
            };
            key.add(co_await build.services.pool.run(std::move(hash)));
        }
        result.mounts.push_back(std::move(mount));
    }
    result.digest = key.finish();
    co_return result;
}

void add_script(RunMounts& mounts, const dockerfile::Heredoc& document, const std::string& path) {
    auto& holdings = static_cast<Holdings&>(*mounts.holdings);
    auto file = holdings.next();
    UniqueFd out(check(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755), "create {}",
                       file.string()));
    store::write_all(out.get(), store::as_bytes(document.text()), file.string());
    check(::fchmod(out.get(), 0755), "chmod {}", file.string());
    bundle::Mount mount;
    mount.destination = path;
    mount.source = file;
    mount.read_only = true;
    mounts.mounts.push_back(std::move(mount));
}

}  // namespace dhow::build
