#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "linux/mount_options.hpp"
#include "runtime/parent/plans.hpp"

namespace dhow::runtime::parent {

namespace {

constexpr const char* lower_annotation = "dhow.overlay.lowerdirs";
constexpr const char* upper_annotation = "dhow.overlay.upperdir";
constexpr const char* work_annotation = "dhow.overlay.workdir";
constexpr const char* options_annotation = "dhow.overlay.options";

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        auto end = std::min(text.find(separator, begin), text.size());
        if (end > begin) parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

std::string annotation(const oci::RuntimeConfig& config, const char* name) {
    auto found = config.annotations.find(name);
    return found == config.annotations.end() ? "" : found->second;
}

linux::Overlay overlay_of(const oci::RuntimeConfig& config) {
    linux::Overlay overlay;
    overlay.lower = split(annotation(config, lower_annotation), ':');
    overlay.upper = annotation(config, upper_annotation);
    overlay.work = annotation(config, work_annotation);
    if (overlay.lower.empty()) throw InvalidArgument("annotation {} names no layer", lower_annotation);
    if (overlay.upper.empty() != overlay.work.empty())
        throw InvalidArgument("annotations {} and {} need each other", upper_annotation, work_annotation);
    for (auto& option : split(annotation(config, options_annotation), ',')) {
        auto equals = option.find('=');
        if (equals == std::string::npos)
            overlay.options.push_back({option, "", true});
        else
            overlay.options.push_back({option.substr(0, equals), option.substr(equals + 1), false});
    }
    return overlay;
}

int open_plain_root(const std::filesystem::path& path) {
    int mount = linux::try_clone_mount(AT_FDCWD, path.c_str(), true);
    if (mount == -ENOENT)
        throw InvalidArgument("invalid rootfs: stat {}: no such file or directory", path.native());
    if (mount < 0) throw SystemError(-mount, "bind the root " + path.native());
    return mount;
}

}  // namespace

void plan_root(const oci::RuntimeConfig& config, const std::filesystem::path& bundle,
               init::ContainerPlan& plan, Descriptors& descriptors) {
    bool overlay = config.annotations.contains(lower_annotation);
    descriptors.emplace_back(overlay ? linux::new_overlay(overlay_of(config))
                                     : open_plain_root(bundle / config.root.path));
    plan.root_mount = descriptors.back().get();
    struct stat status{};
    check(::fstat(plan.root_mount, &status), "look at the root");
    if (!S_ISDIR(status.st_mode)) throw InvalidArgument("the root {} is not a folder", config.root.path);
    plan.root_read_only = config.root.readonly;
    if (!config.linux.rootfs_propagation.empty())
        linux::parse_propagation(config.linux.rootfs_propagation, plan.root_propagation,
                                 plan.root_propagation_recursive);
}

}  // namespace dhow::runtime::parent
