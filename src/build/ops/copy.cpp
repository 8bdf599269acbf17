#include "build/ops/copy.hpp"

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

bool is_remote(std::string_view source) {
    for (const char* scheme : {"http://", "https://", "git://", "git@", "ssh://"})
        if (source.starts_with(scheme)) return true;
    return false;
}

void refuse_what_cannot_be(const Copy& copy) {
    for (const auto& source : copy.sources)
        if (copy.add && is_remote(source))
            throw NotImplemented(
                "ADD of {}: fetching from the network is not available in this release of dhow", source);
    if (copy.parents) throw NotImplemented("COPY --parents is not available in this release of dhow");
    if (!copy.checksum.empty()) throw InvalidArgument("checksum can't be specified for local sources");
    if (copy.keep_git_dir) throw InvalidArgument("keep-git-dir is for git repositories alone");
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

bool unpacks(int from, const files::Source& source, const Copy& copy) {
    if (!copy.add || !copy.unpack.value_or(true) || source.is_directory) return false;
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

}  // namespace

CopyPlan plan_copy(int from, const Copy& copy, bool owners, const Cancellation& stop) {
    refuse_what_cannot_be(copy);
    CopyPlan plan;
    for (const auto& pattern : copy.sources)
        for (auto& source : files::select(from, pattern)) plan.sources.push_back(std::move(source));
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
    for (const auto& source : plan.sources) {
        hash.update(store::as_bytes(source.is_directory ? "dir;" : "file;"));
        files::hash_source(from, source, exclude, owners, hash, stop);
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
    auto given = options.owner;
    if (!owners && !options.owner) options.owner = files::Owner{};
    options.mode = mode_of(copy);
    options.exclude = IgnoreRules::of(copy.exclude);
    for (const auto& source : plan.sources) {
        if (unpacks(from, source, copy)) {
            files::ExtractOptions extract;
            extract.owner = given;
            extract.devices = true;
            image::FdSource archive(linux::open_in_root(from, source.path, O_RDONLY));
            files::extract(archive, to, destination, extract, stop);
        } else {
            files::copy_source(from, source, to, destination, options, stop);
        }
    }
    for (const auto& document : copy.documents)
        write_document(to, document, destination, options.owner.value_or(files::Owner{}),
                       options.mode.value_or(0644));
}

}  // namespace dhow::build
