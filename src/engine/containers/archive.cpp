// Files of a container: HEAD, GET and PUT /containers/{id}/archive, and GET /containers/{id}/export.

#include <filesystem>

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "bundle/user.hpp"
#include "engine/containers/root.hpp"
#include "engine/core.hpp"
#include "image/layer/decompress.hpp"
#include "linux/path.hpp"
#include "tar/extract.hpp"
#include "tar/tree_writer.hpp"

namespace dhow::engine {

namespace {

/// A path as users give it: absolute and without "..", which stand for what they say as text. A slash or "/."
/// at its end stays: it asks for what a link leads to.
class ContainerPath {
  public:
    explicit ContainerPath(const std::string& given) : given_(given) {
        if (given.empty()) throw InvalidArgument("bad parameter: missing path");
        if (given.find('\0') != given.npos) throw InvalidArgument("bad parameter: a path with a NUL");
        text_ = std::filesystem::path("/" + given).lexically_normal().string();
        while (text_.size() > 1 && text_.ends_with('/')) text_.pop_back();
        if (text_.size() >= PATH_MAX)
            throw InvalidArgument("bad parameter: a path of {} bytes", text_.size());
        bool dot = given == "." || given.ends_with("/.");
        follows_ = dot || given.ends_with('/') || text_ == "/";
        name_ = dot ? "." : text_ == "/" ? "/" : text_.substr(text_.rfind('/') + 1);
    }

    const std::string& given() const { return given_; }
    const std::string& text() const { return text_; }
    /// Whether a link at its end is followed.
    bool follows() const { return follows_; }
    /// The last part: "/" of the root, "." when that is what was given.
    const std::string& name() const { return name_; }
    std::string folder() const { return text_.substr(0, text_.rfind('/') + 1); }
    std::string last() const { return text_.substr(text_.rfind('/') + 1); }

  private:
    std::string given_, text_, name_;
    bool follows_ = false;
};

/// Turns what the kernel says of a path into what users know. `container` is as they named it.
template <typename Body>
auto with_path(const ContainerPath& path, const std::string& container, Body&& body) {
    try {
        return body();
    } catch (const SystemError& error) {
        if (error.error() == ENOENT)
            throw NotFound("Could not find the file {} in container {}", path.given(), container);
        if (error.error() == ENOTDIR) throw InvalidArgument("{}: not a directory", path.given());
        throw;
    }
}

UniqueFd open_at(int root, const ContainerPath& path) {
    int last = path.follows() ? O_DIRECTORY : O_NOFOLLOW;
    return linux::open_in_root(root, path.text(), O_PATH | last);
}

std::string path_of(int fd) {
    char text[PATH_MAX];
    auto size = check(::readlink(fmt::format("/proc/self/fd/{}", fd).c_str(), text, sizeof text),
                      "read the name of a descriptor");
    return {text, static_cast<std::size_t>(size)};
}

/// Where a link leads in the end, as text: for the client, who sends it back and has it resolved again.
std::string target_of(int root, const ContainerPath& path) {
    auto top = path_of(root);
    auto end = linux::find_in_root(root, path.text(), O_PATH);
    if (!end) {
        // It leads to nothing: its own text is the best answer.
        auto link = linux::open_in_root(root, path.text(), O_PATH | O_NOFOLLOW);
        char target[PATH_MAX];
        auto size =
            check(::readlinkat(link.get(), "", target, sizeof target), "read the link {}", path.text());
        std::filesystem::path text(std::string(target, static_cast<std::size_t>(size)));
        return ("/" / (std::filesystem::path(path.folder()) / text)).lexically_normal().string();
    }
    auto text = path_of(end->get());
    return text.size() > top.size() ? text.substr(top.size()) : "/";
}

PathStat stat_at(int root, const ContainerPath& path) {
    auto found = open_at(root, path);
    struct stat status;
    check(::fstat(found.get(), &status), "stat {}", path.text());
    PathStat result;
    result.name = path.name();
    result.size = status.st_size;
    result.mode = status.st_mode;
    result.modified = Timestamp(std::chrono::seconds(status.st_mtim.tv_sec) +
                                std::chrono::nanoseconds(status.st_mtim.tv_nsec));
    if (S_ISLNK(status.st_mode)) result.link_target = target_of(root, path);
    return result;
}

void write_tree(int root, const ContainerPath& path, bool in_use, image::Output& output) {
    auto found = open_at(root, path);
    struct stat status;
    check(::fstat(found.get(), &status), "stat {}", path.text());
    tar::TreeOptions options;
    options.in_use = in_use;
    if (S_ISDIR(status.st_mode)) {
        options.prefix = path.name() == "/" ? "/" : path.name() + "/";
        auto folder = linux::open_in_root(found.get(), ".", O_RDONLY | O_DIRECTORY);
        tar::TreeWriter writer(output, std::move(options));
        writer.folder(folder.get());
        return writer.finish();
    }
    auto parent = linux::open_in_root(root, path.folder(), O_PATH | O_DIRECTORY);
    tar::TreeWriter writer(output, std::move(options));
    writer.single(parent.get(), path.last(), path.last());
    writer.finish();
}

/// docker's rule for what is written to: a volume or bind that is writable, or a root that is.
void require_writable(const Container& record, const std::string& path) {
    const MountPoint* on = nullptr;
    for (const auto& mount : record.mounts) {
        bool holds = path == mount.destination || path.starts_with(mount.destination + "/");
        if (holds && (!on || mount.destination.size() > on->destination.size())) on = &mount;
    }
    if (on && !on->read_write) throw InvalidArgument("mounted volume is marked read-only");
    if (!on && record.host_config.readonly_rootfs)
        throw InvalidArgument("container rootfs is marked read-only");
}

tar::ExtractOptions options_of(Core& core, const Container& record, const ExtractRequest& request) {
    tar::ExtractOptions options;
    options.keeps_kinds = request.keeps_kinds;
    if (request.user_owns && !record.config.user.empty()) {
        auto snapshot = core.store.snapshots().get(record.id);
        std::vector<std::filesystem::path> layers{snapshot.upperdir};
        layers.insert(layers.end(), snapshot.lowerdirs.begin(), snapshot.lowerdirs.end());
        auto user = bundle::resolve_user(bundle::RootView(layers), record.config.user, {});
        options.owner = {user.uid, user.gid};
    }
    return options;
}

}  // namespace

Task<PathStat> Containers::stat_path(std::string name, std::string given) {
    Core& core = core_;
    auto container = core.registry.get(name);
    ContainerPath path(given);
    auto result = std::make_shared<PathStat>();
    auto work = [path, name, result](int root) {
        with_path(path, name, [&] { *result = stat_at(root, path); });
    };
    co_await with_root(core, container, RootAccess::read, true, std::move(work));
    co_return *result;
}

Task<void> Containers::read_archive(std::string name, std::string given,
                                    std::shared_ptr<image::Output> output) {
    Core& core = core_;
    auto container = core.registry.get(name);
    ContainerPath path(given);
    bool in_use = container->alive();
    auto work = [path, name, output, in_use](int root) {
        with_path(path, name, [&] { write_tree(root, path, in_use, *output); });
    };
    output.reset();
    co_await with_root(core, container, RootAccess::read, true, std::move(work));
    publish(core, container->record, "archive-path");
}

Task<void> Containers::write_archive(std::string name, ExtractRequest request,
                                     std::shared_ptr<image::Source> tar) {
    Core& core = core_;
    auto container = core.registry.get(name);
    ContainerPath path(request.path);
    require_writable(container->record, path.text());
    auto work = [&core, record = container->record, path, name, request, tar](int root) {
        with_path(path, name, [&] {
            auto found = linux::open_in_root(root, path.text(), O_PATH);
            struct stat status;
            check(::fstat(found.get(), &status), "stat {}", path.text());
            if (!S_ISDIR(status.st_mode)) throw InvalidArgument("extraction point is not a directory");
        });
        image::PeekSource peek(*tar);
        auto compression = image::detect_compression(peek.peek(6));
        auto plain = image::decompress(peek, compression);
        image::TarReader reader(*plain);
        tar::extract(reader, root, path.text().substr(1), options_of(core, record, request));
    };
    tar.reset();
    co_await with_root(core, container, RootAccess::write, true, std::move(work));
    publish(core, container->record, "extract-to-dir");
}

Task<void> Containers::export_root(std::string name, std::shared_ptr<image::Output> output) {
    Core& core = core_;
    auto container = core.registry.get(name);
    bool in_use = container->alive();
    auto work = [output, in_use](int root) {
        tar::TreeOptions options;
        options.in_use = in_use;
        tar::TreeWriter writer(*output, std::move(options));
        auto folder = linux::open_in_root(root, ".", O_RDONLY | O_DIRECTORY);
        writer.contents(folder.get());
        writer.finish();
    };
    output.reset();
    co_await with_root(core, container, RootAccess::read, false, std::move(work));
    publish(core, container->record, "export");
}

}  // namespace dhow::engine
