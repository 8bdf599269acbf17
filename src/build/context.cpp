#include "build/context.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/ignore.hpp"
#include "base/text.hpp"
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

std::vector<std::string> ignore_patterns(std::string_view text) {
    std::vector<std::string> patterns;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    while (!text.empty()) {
        auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with('#')) continue;
        line = trim(line);
        if (line.empty()) continue;
        bool exception = line.starts_with('!');
        if (exception) line = trim(line.substr(1));
        auto pattern = line.empty() ? std::string() : clean_path(line);
        if (pattern.size() > 1 && pattern.front() == '/') pattern.erase(0, 1);
        patterns.push_back(exception ? "!" + pattern : pattern);
    }
    return patterns;
}

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

Context::Context(std::shared_ptr<Context> whole, const std::string& folder) : release_([whole] {}) {
    auto found = linux::find_in_root(whole->root(), folder, O_RDONLY | O_DIRECTORY);
    if (!found) throw InvalidArgument("the client sent no folder {}", folder);
    root_ = std::move(*found);
}

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

std::vector<std::string> Context::ignored(const std::string& dockerfile) const {
    auto text = ignore_ ? ignore_ : read_text(root(), dockerfile + ".dockerignore");
    if (!text) text = read_text(root(), ".dockerignore");
    return text ? ignore_patterns(*text) : std::vector<std::string>();
}

}  // namespace dhow::build
