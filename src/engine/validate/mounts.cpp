#include <algorithm>

#include "base/error.hpp"
#include "engine/validate/validate.hpp"

namespace dhow::engine {

namespace {

bool known_propagation(std::string_view propagation) {
    static constexpr std::string_view known[] = {"",        "private", "rprivate", "shared",
                                                 "rshared", "slave",   "rslave"};
    return std::ranges::find(known, propagation) != std::end(known);
}

class Check {
  public:
    explicit Check(const Mount& mount) : mount_(mount) {}

    void all() const {
        if (mount_.target.empty()) fail("field Target must not be empty");
        if (mount_.target[0] != '/')
            fail(fmt::format("invalid mount path: '{}' mount path must be absolute", mount_.target));
        if (mount_.target.find_first_not_of('/') == std::string::npos)
            fail("invalid specification: destination can't be '/'");
        if (mount_.type != "bind" && mount_.bind_options) fail("field BindOptions must not be specified");
        if (mount_.type != "volume" && mount_.volume_options)
            fail("field VolumeOptions must not be specified");
        if (mount_.type != "tmpfs" && mount_.tmpfs_options) fail("field TmpfsOptions must not be specified");
        if (mount_.image_options) fail("field ImageOptions must not be specified");
        if (mount_.type == "bind")
            bind();
        else if (mount_.type == "volume")
            volume();
        else if (mount_.type == "tmpfs")
            tmpfs();
        else
            fail("mount type unknown");
    }

  private:
    [[noreturn]] void fail(std::string_view why) const {
        throw InvalidArgument("invalid mount config for type \"{}\": {}", mount_.type, why);
    }

    void bind() const {
        if (mount_.source.empty()) fail("field Source must not be empty");
        if (mount_.source[0] != '/')
            fail(fmt::format("invalid mount path: '{}' mount path must be absolute", mount_.source));
        if (!mount_.bind_options) return;
        const auto& options = *mount_.bind_options;
        if (!known_propagation(options.propagation))
            fail(fmt::format("invalid propagation mode: {}", options.propagation));
        if ((options.read_only_non_recursive || options.read_only_force_recursive) && !mount_.read_only)
            fail("mount must be set to ReadOnly when using ReadOnlyNonRecursive or ReadOnlyForceRecursive");
        if (options.read_only_non_recursive && options.read_only_force_recursive)
            fail("ReadOnlyNonRecursive and ReadOnlyForceRecursive are mutually exclusive");
    }

    void volume() const {
        if (mount_.source.empty() && mount_.read_only)
            fail("must not set ReadOnly mode when using anonymous volumes");
        if (!mount_.volume_options) return;
        const auto& options = *mount_.volume_options;
        if (options.driver_config && !options.driver_config->name.empty() &&
            options.driver_config->name != "local")
            throw NotFound("error looking up volume plugin {}: plugin \"{}\" not found",
                           options.driver_config->name, options.driver_config->name);
        if (!options.subpath.empty() && options.subpath[0] == '/')
            fail("subpath must be a relative path within the volume");
    }

    void tmpfs() const {
        if (!mount_.source.empty()) fail("field Source must not be specified");
        if (!mount_.tmpfs_options) return;
        if (mount_.tmpfs_options->size_bytes < 0) fail("the size of a tmpfs cannot be negative");
        for (const auto& option : mount_.tmpfs_options->options) {
            static constexpr std::string_view known[] = {"exec", "noexec", "suid", "nosuid", "dev", "nodev"};
            if (option.empty() || option.size() > 2 || std::ranges::find(known, option[0]) == std::end(known))
                fail("invalid option for a tmpfs");
        }
    }

    const Mount& mount_;
};

}  // namespace

void validate_mounts(const HostConfig& host_config) {
    for (const auto& mount : host_config.mounts) Check(mount).all();
    for (const auto& [path, options] : host_config.tmpfs)
        if (path == "/")
            throw InvalidArgument("invalid specification: destination can't be '/'");
        else if (path.empty() || path[0] != '/')
            throw InvalidArgument("invalid mount path: '{}' mount path must be absolute", path);
}

}  // namespace dhow::engine
