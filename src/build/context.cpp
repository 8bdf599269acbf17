#include "build/context.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/ignore.hpp"
#include "build/files/extract.hpp"
#include "linux/path.hpp"
#include "store/files.hpp"

namespace dhow::build {

namespace {

constexpr std::int64_t largest_dockerfile = 4 << 20;

std::optional<std::string> read_text(int root, const std::string& name) {
    auto entry = linux::find_in_root(root, name, O_RDONLY | O_NONBLOCK);
    if (!entry) return std::nullopt;
    struct stat status;
    check(::fstat(entry->get(), &status), "stat {}", name);
    if (!S_ISREG(status.st_mode)) throw InvalidArgument("{} is not a file", name);
    return store::read_all(entry->get(), largest_dockerfile, name);
}

}  // namespace

Context::Context(store::Store& store, image::Source& tar, const Cancellation& stop)
    : scratch_(std::in_place, store, "context") {
    open(".");
    files::extract(tar, root_.get(), ".", {}, stop);
}

Context::Context(store::Store& store, const std::function<std::string(const std::filesystem::path&)>& fill)
    : scratch_(std::in_place, store, "context") {
    open(fill(scratch_->path()));
}

Context::Context(const std::filesystem::path& folder, std::function<void()> release)
    : release_(std::move(release)),
      root_(check(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}", folder.string())) {}

Context::~Context() {
    if (release_) release_();
}

void Context::open(const std::string& folder) {
    UniqueFd top(check(::open(scratch_->path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}",
                       scratch_->path().string()));
    auto found = linux::find_in_root(top.get(), folder, O_RDONLY | O_DIRECTORY);
    if (!found) throw InvalidArgument("the context has no folder {}", folder);
    root_ = std::move(*found);
}

std::string Context::take_dockerfile(const std::string& name) {
    if (dockerfile_) return *dockerfile_;
    auto text = read_text(root(), name);
    if (!text && name == "Dockerfile") text = read_text(root(), "dockerfile");
    if (!text) throw InvalidArgument("Cannot locate specified Dockerfile: {}", name);
    if (text->empty()) throw InvalidArgument("the Dockerfile ({}) cannot be empty", name);
    if (auto ignore = read_text(root(), ".dockerignore")) {
        auto rules = IgnoreRules::parse(*ignore);
        // A client sends these two in any case: they are needed here. A link among them is taken, not
        // followed.
        for (const auto& needed : {clean_path(name), std::string(".dockerignore")})
            if (rules.ignores(needed) && needed.find('/') == needed.npos)
                ::unlinkat(root(), needed.c_str(), 0);
    }
    return *text;
}

}  // namespace dhow::build
