#include "build/remote/sources.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build/remote/address.hpp"
#include "build/remote/git.hpp"
#include "build/remote/http.hpp"

namespace dhow::build {

namespace {

using dockerfile::Copy;

void check_digest(const Copy& copy, const std::string& source, const std::string& found) {
    if (copy.checksum.empty() || copy.checksum == found) return;
    throw InvalidArgument("digest mismatch {}: {} has {}", copy.checksum, without_credentials(source), found);
}

FetchedSource fetch_file(const std::filesystem::path& folder, const std::string& url, const Copy& copy,
                         const registry::Options& options, const registry::Cancellation& stop) {
    if (!copy.checksum.empty()) oci::Digest::parse(copy.checksum);
    auto path = folder / "file";
    UniqueFd file(check(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), "create {}",
                        path.string()));
    auto got = download(url, file.get(), options, stop);
    check_digest(copy, url, got.digest.text());
    if (got.name.empty()) {
        if (copy.destination.ends_with('/'))
            throw InvalidArgument("cannot determine filename from url: {}", without_credentials(url));
        got.name = "file";
    }
    check(::rename(path.c_str(), (folder / got.name).c_str()), "name {}", got.name);
    return {folder, got.name, got.digest.text(), false};
}

FetchedSource fetch_repository(const std::filesystem::path& folder, const GitSource& source, const Copy& copy,
                               const registry::Cancellation& stop) {
    auto commit = check_out(source, folder, copy.keep_git_dir, stop);
    check_digest(copy, source.url, commit);
    // A path of the tree: it is opened inside of it, whatever its links say.
    auto path = source.folder.empty() ? std::string(".") : source.folder;
    return {folder, path, fmt::format("git {} {} {}", commit, path, copy.keep_git_dir), true};
}

}  // namespace

bool is_remote(std::string_view source) { return is_url(source) || git_source(source); }

Task<void> on_own_thread(const Services& services, std::shared_ptr<Cancellation> stop,
                         std::function<void(const registry::Cancellation&)> work) {
    auto cancellation = services.remotes.make_cancellation();
    std::function<void()> cancel = [cancellation] { cancellation->cancel(); };
    Cancellation::Registration registration(*stop, std::move(cancel));
    stop->check();
    BlockingPool thread(1);
    auto call = [&work, cancellation] { work(*cancellation); };
    co_await thread.run(std::move(call));
}

Task<std::shared_ptr<FetchedSources>> fetch_sources(BuildRun& build, const Copy& copy) {
    auto fetched = std::make_shared<FetchedSources>();
    bool any = false;
    for (const auto& source : copy.sources) {
        if (!copy.add || !is_remote(source)) continue;
        any = true;
        auto scratch = std::make_shared<Scratch>(build.services.store, "fetched");
        fetched->folders.push_back(scratch);
        std::function<void(const registry::Cancellation&)> work =
            [&, scratch](const registry::Cancellation& stop) {
                auto git = git_source(source);
                fetched->sources[source] =
                    git ? fetch_repository(scratch->path(), *git, copy, stop)
                        : fetch_file(scratch->path(), source, copy, build.services.remotes.options, stop);
            };
        co_await on_own_thread(build.services, build.stop, std::move(work));
    }
    if (!any && !copy.checksum.empty())
        throw InvalidArgument("checksum can't be specified for local sources");
    co_return fetched;
}

}  // namespace dhow::build
