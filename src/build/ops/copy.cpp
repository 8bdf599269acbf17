#include "build/ops/copy.hpp"

#include <algorithm>
#include <charconv>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "build/files/extract.hpp"
#include "bundle/user.hpp"
#include "image/source.hpp"
#include "linux/path.hpp"
#include "store/files.hpp"

namespace dhow::build {

namespace {

using dockerfile::Copy;

/// The first `count` parts of a path are left out.
std::string without_parts(std::string_view path, std::size_t count) {
    for (; count > 0 && !path.empty(); --count) path.remove_prefix(std::min(path.find('/') + 1, path.size()));
    return std::string(path);
}

/// What of a pattern stands in front of "/./": those folders are not made. "" without one.
std::string pivot_of(std::string_view pattern) {
    auto at = pattern.find("/./");
    if (at == pattern.npos) return "";
    auto clean = clean_path(pattern.substr(0, at));
    while (clean.starts_with('/')) clean.erase(0, 1);
    return clean == "." ? "" : clean;
}

std::vector<CopySource> local_sources(int from, const Copy& copy, const std::string& pattern) {
    auto exclude = IgnoreRules::of(copy.exclude);
    std::vector<CopySource> sources;
    for (auto& found : files::select(from, pattern, copy.parents)) {
        CopySource source{std::move(found), {}, {}, {}, {}};
        if (copy.parents) {
            auto pivot = pivot_of(pattern);
            auto depth = pivot.empty() ? 0 : 1 + std::ranges::count(pivot, '/');
            auto kept = source.path == "." ? "" : without_parts(source.path, static_cast<std::size_t>(depth));
            source.pivot = source.path.substr(0, source.path.size() - kept.size());
            auto slash = kept.rfind('/');
            source.parents = source.is_directory ? kept : slash == kept.npos ? "" : kept.substr(0, slash);
            source.excluded_as = kept;
        }
        auto name = copy.parents ? source.excluded_as : source.path.substr(source.path.rfind('/') + 1);
        if (!source.is_directory && exclude.ignores(name)) continue;
        sources.push_back(std::move(source));
    }
    return sources;
}

UniqueFd open_folder(const std::filesystem::path& path) {
    return UniqueFd(
        check(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}", path.string()));
}

CopySource remote_source(const FetchedSource& fetched) {
    auto root = open_folder(fetched.folder);
    auto found = files::select(root.get(), fetched.path);
    return {found.front(), fetched.folder, {}, {}, false};
}

std::optional<std::uint32_t> mode_of(const Copy& copy) {
    if (copy.mode.empty()) return std::nullopt;
    std::uint32_t mode = 0;
    const auto& text = copy.mode;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (error != std::errc() || end != text.data() + text.size() || mode > 07777)
        throw InvalidArgument(
            "invalid chmod parameter: '{}'. it should be octal string and between 0 and 07777", text);
    return mode;
}

/// A user without a group means the group of the same name or number.
std::optional<files::Owner> owner_of(const Copy& copy, const std::vector<std::filesystem::path>& layers) {
    if (copy.owner.empty()) return std::nullopt;
    auto text = copy.owner;
    if (text.find(':') == text.npos) text += ":" + text;
    auto user = bundle::resolve_user(bundle::RootView(layers), text, {});
    return files::Owner{user.uid, user.gid};
}

bool unpacks(int from, const CopySource& source, const Copy& copy) {
    // What comes from the web stays as it is, unless it is asked for.
    bool wanted = copy.unpack.value_or(source.fetched.empty());
    if (!copy.add || !wanted || source.is_directory) return false;
    auto entry = linux::open_in_root(from, source.path, O_RDONLY | O_NONBLOCK);
    struct stat status;
    check(::fstat(entry.get(), &status), "stat {}", source.path);
    return S_ISREG(status.st_mode) && files::is_archive(entry.get());
}

void write_document(int to, const dockerfile::Heredoc& document, const std::string& destination,
                    const files::Owner& owner, std::uint32_t mode) {
    auto [folder, name] = files::place_file(to, destination, document.name, owner);
    files::remove_entry(folder.get(), name);
    UniqueFd file(check(
        ::openat(folder.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600),
        "create {}", name));
    store::write_all(file.get(), store::as_bytes(document.text()), name);
    check(::fchown(file.get(), owner.uid, owner.gid), "chown {}", name);
    check(::fchmod(file.get(), mode), "chmod {}", name);
}

/// A repository with its .git is never the same twice, but its commit is.
std::string identity_of(const std::map<std::string, FetchedSource>& fetched, const CopySource& source) {
    for (const auto& [written, remote] : fetched)
        if (remote.folder == source.fetched) return remote.identity;
    return "";
}

}  // namespace

CopyPlan plan_copy(int from, const Copy& copy, bool owners, const files::KnownContents* known,
                   const std::map<std::string, FetchedSource>& fetched, const Cancellation& stop) {
    CopyPlan plan;
    plan.threads = files::threads_for(known);
    bool repositories = false;
    for (const auto& pattern : copy.sources) {
        if (auto remote = fetched.find(pattern); remote != fetched.end()) {
            plan.sources.push_back(remote_source(remote->second));
            repositories = repositories || remote->second.is_repository;
        } else {
            for (auto& source : local_sources(from, copy, pattern)) plan.sources.push_back(std::move(source));
        }
    }
    if (copy.keep_git_dir && !repositories)
        throw InvalidArgument("keep-git-dir is for git repositories alone");
    if (plan.sources.empty() && copy.documents.empty())
        throw InvalidArgument("no source files were specified");
    if (plan.sources.size() + copy.documents.size() > 1 && !copy.destination.ends_with('/') &&
        !copy.destination.ends_with("/."))
        throw InvalidArgument(
            "When using {} with more than one source file, the destination must be a directory and end with "
            "a /",
            copy.add ? "ADD" : "COPY");
    store::Sha256 hash;
    auto exclude = IgnoreRules::of(copy.exclude);
    for (auto& source : plan.sources) {
        auto folder = source.fetched.empty() ? UniqueFd() : open_folder(source.fetched);
        int root = folder ? folder.get() : from;
        source.unpacks = unpacks(root, source, copy);
        hash.update(
            store::as_bytes(fmt::format("{};{};", source.is_directory ? "dir" : "file", source.parents)));
        if (source.is_directory && copy.keep_git_dir)
            hash.update(store::as_bytes(identity_of(fetched, source)));
        else
            files::hash_source(root, source, exclude, owners, folder ? nullptr : known, hash, stop);
    }
    for (const auto& document : copy.documents) {
        auto text = document.text();
        hash.update(store::as_bytes(fmt::format("document {} {};", document.name, text.size())));
        hash.update(store::as_bytes(text));
    }
    plan.digest = hash.finish().hex();
    bool one = plan.sources.size() + copy.documents.size() == 1;
    plan.kind = !one ? "multi" : !plan.sources.empty() && plan.sources.front().is_directory ? "dir" : "file";
    return plan;
}

void apply_copy(int from, int to, const Copy& copy, const CopyPlan& plan, const std::string& destination,
                bool owners, const std::vector<std::filesystem::path>& layers, const Cancellation& stop) {
    files::CopyOptions options;
    options.owner = owner_of(copy, layers);
    if (!owners && !options.owner) options.owner = files::Owner{};
    options.mode = mode_of(copy);
    options.exclude = IgnoreRules::of(copy.exclude);
    for (const auto& source : plan.sources) {
        auto folder = source.fetched.empty() ? UniqueFd() : open_folder(source.fetched);
        int root = folder ? folder.get() : from;
        options.threads = folder ? 1 : plan.threads;
        if (source.unpacks) {
            // Whoever --chown names: an archive says itself whose its files are.
            files::ExtractOptions extract;
            extract.devices = true;
            image::FdSource archive(linux::open_in_root(root, source.path, O_RDONLY));
            files::extract(archive, to, destination, extract, stop);
        } else if (copy.parents) {
            files::copy_folders(root, source.pivot, source.parents, to, destination, options, stop);
            files::copy_source(root, source, to, destination + "/" + source.parents + "/", options, stop);
        } else {
            files::copy_source(root, source, to, destination, options, stop);
        }
    }
    for (const auto& document : copy.documents)
        write_document(to, document, destination, options.owner.value_or(files::Owner{}),
                       options.mode.value_or(0644));
}

}  // namespace dhow::build
