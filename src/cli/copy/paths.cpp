#include "cli/copy/paths.hpp"

#include <filesystem>

#include "base/error.hpp"

namespace dhow::cli {

CopyPlace parse_copy_place(const std::string& argument) {
    if (argument.starts_with('/') || argument.starts_with('.')) return {"", argument};
    auto colon = argument.find(':');
    if (colon == std::string::npos || colon == 0) return {"", argument};
    return {argument.substr(0, colon), argument.substr(colon + 1)};
}

bool says_folder(const std::string& path) {
    return path == "." || path.ends_with('/') || path.ends_with("/.");
}

SplitPath split_copy_path(const std::string& path) {
    auto clean = std::filesystem::path(path).lexically_normal().string();
    if (clean.empty()) clean = ".";
    while (clean.size() > 1 && clean.ends_with('/')) clean.pop_back();
    if (path == "." || path.ends_with("/.")) return {clean, "."};
    if (clean == "/") return {"/", "/"};
    auto slash = clean.rfind('/');
    if (slash == clean.npos) return {".", clean};
    return {slash == 0 ? "/" : clean.substr(0, slash), clean.substr(slash + 1)};
}

std::string CopyPlan::rename(const std::string& entry) const {
    if (old_name == new_name) return entry;
    // The entries of a root begin with its slash, those of "dir/." with the dot.
    if (old_name == "/") return new_name + (entry.starts_with('/') ? "" : "/") + entry;
    if (entry == old_name || entry.starts_with(old_name + "/"))
        return new_name + entry.substr(old_name.size());
    return entry;
}

CopyPlan plan_copy(const std::string& name, bool source_is_folder, const CopyEnd& destination) {
    if (destination.exists && destination.is_folder) return {destination.path, name, name};
    if (destination.exists && source_is_folder) throw InvalidArgument("cannot copy directory");
    if (!destination.exists && !source_is_folder && says_folder(destination.path))
        throw InvalidArgument("no such directory");
    auto [folder, last] = split_copy_path(destination.path);
    return {folder, name, last};
}

}  // namespace dhow::cli
