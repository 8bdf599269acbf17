#include "cli/commands/archive.hpp"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

#include "base/text.hpp"
#include "cli/format/text.hpp"

namespace dhow::cli {

client::Connection send_archive(Session& session, client::Request request, const std::string& path) {
    UniqueFd opened;
    int source = STDIN_FILENO;
    if (!path.empty() && path != "-") {
        opened.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!opened) throw InvalidArgument("open {}: {}", path, lower(errno_text(errno)));
        source = opened.get();
    }
    request.content_type = "application/x-tar";
    return session.client().upload(
        std::move(request), [&](const std::function<void(std::string_view)>& write) {
            std::string chunk(256 * 1024, 0);
            while (true) {
                auto got = ::read(source, chunk.data(), chunk.size());
                if (got < 0 && errno == EINTR) continue;
                check(got, "read {}", path.empty() ? "standard input" : path);
                if (got == 0) return;
                write(std::string_view(chunk).substr(0, static_cast<std::size_t>(got)));
            }
        });
}

void receive_archive(client::Connection connection, const std::string& path) {
    if (path.empty()) {
        for (auto some = connection.read(); !some.empty(); some = connection.read())
            client::write_all(STDOUT_FILENO, some);
        return;
    }
    auto temporary = path + ".partial-" + std::to_string(::getpid());
    UniqueFd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) throw InvalidArgument("open {}: {}", path, lower(errno_text(errno)));
    try {
        for (auto some = connection.read(); !some.empty(); some = connection.read())
            client::write_all(file.get(), some);
        check(::rename(temporary.c_str(), path.c_str()), "rename {} to {}", temporary, path);
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}

}  // namespace dhow::cli
