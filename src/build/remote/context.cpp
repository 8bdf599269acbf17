#include "build/remote/context.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "build/files/extract.hpp"
#include "build/remote/address.hpp"
#include "build/remote/git.hpp"
#include "build/remote/http.hpp"

namespace dhow::build {

std::shared_ptr<Context> fetch_context(const Services& services, const std::string& remote,
                                       const registry::Cancellation& cancelled, const Cancellation& stop) {
    if (auto git = git_source(remote)) {
        return std::make_shared<Context>(services.store, [&](const std::filesystem::path& folder) {
            check_out(*git, folder, false, cancelled);
            return git->folder.empty() ? std::string(".") : git->folder;
        });
    }
    if (!is_url(remote))
        throw InvalidArgument(
            "unable to detect the context's kind of {}: it is neither a git repository nor a URL", remote);
    Scratch fetched(services.store, "fetched");
    auto path = fetched.path() / "file";
    UniqueFd file(
        check(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), "create {}", path.string()));
    download(remote, file.get(), services.remotes.options, cancelled);
    check(::lseek(file.get(), 0, SEEK_SET), "read what {} holds", without_credentials(remote));
    if (files::is_archive(file.get())) {
        image::FdSource tar(std::move(file));
        return std::make_shared<Context>(services.store, tar, stop);
    }
    return std::make_shared<Context>(services.store, [&](const std::filesystem::path& folder) {
        check(::rename(path.c_str(), (folder / "Dockerfile").c_str()), "take the Dockerfile of {}",
              without_credentials(remote));
        return ".";
    });
}

}  // namespace dhow::build
