#include "build/remote/git.hpp"

#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "build/remote/address.hpp"
#include "linux/spawn.hpp"
#include "store/files.hpp"
#include "store/trash.hpp"

namespace dhow::build {

namespace {

constexpr std::int64_t most_words = 256 << 10;

/// One command of git. @return what it printed
class Git {
  public:
    Git(std::filesystem::path folder, const registry::Cancellation& stop)
        : folder_(std::move(folder)), stop_(stop) {}

    std::string run(std::vector<std::string> arguments) const {
        UniqueFd out(check(::memfd_create("git", MFD_CLOEXEC), "make a file for git's words"));
        UniqueFd err(check(::memfd_create("git", MFD_CLOEXEC), "make a file for git's words"));
        linux::SpawnRequest request;
        request.program = program();
        // No hook, no helper, no other protocol than these, whatever a repository says.
        request.args = {"git",
                        "-c",
                        "core.hooksPath=/dev/null",
                        "-c",
                        "protocol.allow=never",
                        "-c",
                        "protocol.http.allow=always",
                        "-c",
                        "protocol.https.allow=always",
                        "-c",
                        "protocol.git.allow=always",
                        "-c",
                        "protocol.ssh.allow=always",
                        "-c",
                        "core.fsmonitor=false",
                        "-c",
                        "credential.helper="};
        request.args.insert(request.args.end(), arguments.begin(), arguments.end());
        request.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                       "HOME=/nonexistent",
                       "LC_ALL=C",
                       "GIT_CONFIG_NOSYSTEM=1",
                       "GIT_CONFIG_GLOBAL=/dev/null",
                       "GIT_TERMINAL_PROMPT=0",
                       "GIT_ALLOW_PROTOCOL=http:https:git:ssh",
                       "GIT_SSH_COMMAND=ssh -o BatchMode=yes"};
        for (const char* proxy : {"http_proxy", "https_proxy", "no_proxy", "all_proxy"})
            if (const char* value = std::getenv(proxy))
                request.env.push_back(fmt::format("{}={}", proxy, value));
        request.descriptors = {{out.get(), 1}, {err.get(), 2}};
        request.working_directory = folder_;
        request.new_session = true;
        int status = wait(linux::spawn(request));
        if (status != 0) {
            auto words = read(err.get());
            while (words.ends_with('\n')) words.pop_back();
            throw InvalidArgument("git {}: {}", arguments.front(), without_credentials(words));
        }
        return read(out.get());
    }

  private:
    static std::string program() {
        for (const char* path : {"/usr/bin/git", "/usr/local/bin/git"})
            if (::access(path, X_OK) == 0) return path;
        throw InvalidArgument(
            "git is not installed on the machine of the daemon: repositories cannot be fetched");
    }

    static std::string read(int file) {
        check(::lseek(file, 0, SEEK_SET), "read git's words");
        return store::read_all(file, most_words, "git's words");
    }

    int wait(linux::Child child) const {
        pollfd ended{child.pidfd.get(), POLLIN, 0};
        while (::poll(&ended, 1, 100) <= 0)
            if (stop_.cancelled()) {
                ::kill(-child.pid, SIGKILL);  // with its helpers: it leads a session of its own
                ::waitpid(child.pid, nullptr, 0);
                stop_.check();
            }
        int status = 0;
        check(::waitpid(child.pid, &status, 0), "wait for git");
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    }

    std::filesystem::path folder_;
    const registry::Cancellation& stop_;
};

bool is_commit(std::string_view ref) {
    return ref.size() == 40 && ref.find_first_not_of("0123456789abcdef") == ref.npos;
}

void fetch(const Git& git, const GitSource& source) {
    auto ref = source.ref.empty() ? std::string("HEAD") : source.ref;
    try {
        git.run({"fetch", "--quiet", "--depth=1", "--no-tags", "--", source.url, ref});
    } catch (const InvalidArgument&) {
        if (!is_commit(ref)) throw;
        // A server need not give out commits by their id.
        git.run({"fetch", "--quiet", "--tags", "--", source.url, "+refs/heads/*:refs/remotes/origin/*"});
        git.run({"update-ref", "FETCH_HEAD", ref});
    }
}

void set_times(const std::filesystem::path& tree, std::int64_t seconds) {
    timespec times[2] = {{seconds, 0}, {seconds, 0}};
    for (const auto& entry : std::filesystem::recursive_directory_iterator(tree))
        ::utimensat(AT_FDCWD, entry.path().c_str(), times, AT_SYMLINK_NOFOLLOW);
    ::utimensat(AT_FDCWD, tree.c_str(), times, AT_SYMLINK_NOFOLLOW);
}

/// `.git` of the repository and of its submodules.
void remove_git_folders(const std::filesystem::path& tree) {
    std::vector<std::filesystem::path> found;
    auto end = std::filesystem::recursive_directory_iterator();
    for (auto entry = std::filesystem::recursive_directory_iterator(tree); entry != end; ++entry) {
        if (entry->path().filename() != ".git") continue;
        found.push_back(entry->path());
        entry.disable_recursion_pending();
    }
    for (const auto& path : found) store::remove_tree(path);
}

bool could_be_option(std::string_view text) { return text.starts_with('-'); }

}  // namespace

std::optional<GitSource> git_source(std::string_view text) {
    auto hash = text.find('#');
    auto url = text.substr(0, hash);
    bool scp = false;
    if (auto at = url.find('@'); at != url.npos && url.find("://") == url.npos) {
        auto colon = url.find(':', at);
        scp = colon != url.npos && url.substr(0, at).find('/') == url.npos;
    }
    bool web = (url.starts_with("http://") || url.starts_with("https://")) && url.ends_with(".git");
    bool known = url.starts_with("git://") || url.starts_with("ssh://") || scp || web;
    bool github = url.starts_with("github.com/");
    if (!known && !github) return std::nullopt;
    GitSource source;
    source.url = github ? "https://" + std::string(url) : std::string(url);
    if (hash != text.npos) {
        auto fragment = text.substr(hash + 1);
        auto colon = fragment.find(':');
        source.ref = fragment.substr(0, colon);
        if (colon != fragment.npos) source.folder = fragment.substr(colon + 1);
    }
    auto host = source.url.find("://");
    auto authority = std::string_view(source.url).substr(host == source.url.npos ? 0 : host + 3);
    auto name = authority.substr(authority.find('@') == authority.npos ? 0 : authority.find('@') + 1);
    if (could_be_option(source.ref) || could_be_option(authority) || could_be_option(name) ||
        source.ref.find_first_of(" \t\n:*?[\\^~+") != source.ref.npos)
        throw InvalidArgument("invalid git repository or ref: {}", without_credentials(text));
    return source;
}

std::string check_out(const GitSource& source, const std::filesystem::path& folder, bool keep_git_folder,
                      const registry::Cancellation& stop) {
    Git git(folder, stop);
    git.run({"init", "--quiet", "--template=", "."});
    fetch(git, source);
    git.run({"checkout", "--quiet", "--detach", "FETCH_HEAD"});
    if (std::filesystem::is_regular_file(std::filesystem::symlink_status(folder / ".gitmodules")))
        git.run({"submodule", "update", "--quiet", "--init", "--recursive", "--depth=1"});
    auto commit = git.run({"rev-parse", "HEAD"});
    auto time = git.run({"show", "--no-patch", "--format=%ct", "HEAD"});
    std::int64_t seconds = 0;
    std::from_chars(time.data(), time.data() + time.size(), seconds);
    if (keep_git_folder) {
        // As a clone has it.
        git.run({"remote", "add", "origin", read_address(source.url).url});
        std::error_code absent;
        std::filesystem::remove(folder / ".git" / "FETCH_HEAD", absent);
    } else {
        remove_git_folders(folder);
    }
    set_times(folder, seconds);
    return commit.substr(0, commit.find('\n'));
}

}  // namespace dhow::build
