#include <array>
#include <optional>

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/copy/paths.hpp"
#include "cli/copy/streams.hpp"
#include "cli/terminal/raw_mode.hpp"
#include "tar/extract.hpp"
#include "tar/tree_writer.hpp"
#include "wire/container_path.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    flag("archive", 'a', "Archive mode (copy all uid/gid information)"),
    flag("follow-link", 'L', "Always follow symbol link in SRC_PATH"),
    flag("quiet", 'q', "Do not tell what was copied"),
};

/// The head of an answer is wanted, not its body alone. @throws DaemonError
client::Connection ask(Session& session, const client::Request& request, client::ResponseHead& head) {
    auto& daemon = session.client();
    daemon.negotiate();
    auto answer = daemon.start(request);
    head = answer.read_head();
    // What it says about a failure is read by who knows how.
    if (head.status >= 400) return daemon.call(request);
    return answer;
}

std::string archive_target(const std::string& container, const std::string& path) {
    client::Target target(container_path(container, "/archive"));
    target.add("path", path);
    return target.take();
}

wire::ContainerPathStat read_stat(const client::ResponseHead& head) {
    auto header = head.find("x-docker-container-path-stat");
    auto text = header ? base64_decode(*header) : std::nullopt;
    if (!text) throw Unavailable("the daemon did not say what is at the path");
    return json::read<wire::ContainerPathStat>(*text);
}

std::optional<wire::ContainerPathStat> find_stat(Session& session, const std::string& container,
                                                 const std::string& path) {
    // The connection is not used again: an answer to HEAD has no body, whatever length it names.
    client::Request request{.method = "HEAD", .target = archive_target(container, path)};
    session.client().negotiate();
    auto answer = session.client().start(request);
    const auto& head = answer.read_head();
    if (head.status != 200) return std::nullopt;  // what is done next tells why
    return read_stat(head);
}

void report(Session& session, const Arguments& arguments, std::int64_t bytes, const std::string& where) {
    if (arguments.has("quiet") ? arguments.flag("quiet") : !is_terminal(STDOUT_FILENO)) return;
    session.error(
        fmt::format("Successfully copied {} to {}", human_size(static_cast<double>(bytes), 3), where));
}

CopyEnd look_at(const std::string& path) {
    struct stat status;
    if (::stat(path.c_str(), &status) == 0) {
        if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode))
            throw InvalidArgument("destination \"{}\" must be a directory or a regular file", path);
        return {path, true, S_ISDIR(status.st_mode)};
    }
    if (errno != ENOENT) throw InvalidArgument("lstat {}: {}", path, lower(errno_text(errno)));
    auto [folder, name] = split_copy_path(path);
    if (::stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
        throw InvalidArgument("invalid output path: directory \"{}\" does not exist", folder);
    return {path, false, false};
}

int copy_out(Session& session, const Arguments& arguments, CopyPlace from, const std::string& to) {
    std::optional<CopyEnd> end;
    if (to != "-") end = look_at(to);
    auto name = split_copy_path(from.path).name;
    if (arguments.flag("follow-link"))
        if (auto stat = find_stat(session, from.container, from.path);
            stat && stat->mode & wire::file_mode::symlink)
            from.path = stat->link_target;
    client::ResponseHead head;
    client::Request request{.method = "GET", .target = archive_target(from.container, from.path)};
    auto answer = ask(session, request, head);
    if (!end) {
        for (auto some = answer.read(); !some.empty(); some = answer.read())
            client::write_all(STDOUT_FILENO, some);
        return 0;
    }
    auto stat = read_stat(head);
    auto plan = plan_copy(name, (stat.mode & wire::file_mode::directory) != 0, *end);
    plan.old_name = split_copy_path(from.path).name;
    UniqueFd folder(
        check(::open(plan.folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), "open {}", plan.folder));
    BodySource body(answer);
    tar::TarReader reader(body);
    tar::ExtractOptions extract;
    extract.keeps_kinds = true;
    extract.keeps_owners = false;
    extract.rename = [&plan](const std::string& entry) { return plan.rename(entry); };
    tar::extract(reader, folder.get(), ".", extract);
    report(session, arguments, body.size, to);
    return 0;
}

/// A local file or folder, opened, and what its entries are called.
struct Source {
    std::string path;
    std::string name;
    bool is_folder = false;
};

Source open_source(const std::string& path, bool follow) {
    Source source{path, split_copy_path(path).name, false};
    struct stat status;
    bool through = follow || says_folder(path);
    if ((through ? ::stat(path.c_str(), &status) : ::lstat(path.c_str(), &status)) != 0)
        throw InvalidArgument("lstat {}: {}", path, lower(errno_text(errno)));
    source.is_folder = S_ISDIR(status.st_mode);
    if (source.name == "/") source.name = ".";
    if (through) {
        char real[PATH_MAX];
        if (!::realpath(path.c_str(), real)) throw InvalidArgument("{}: {}", path, lower(errno_text(errno)));
        source.path = real;
    }
    return source;
}

void send_tree(const Source& source, const std::string& name, tar::Output& output) {
    tar::TreeOptions tree;
    if (source.is_folder) {
        tree.prefix = name + "/";
        tar::TreeWriter writer(output, std::move(tree));
        UniqueFd folder(
            check(::open(source.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}", source.path));
        writer.folder(folder.get());
        return writer.finish();
    }
    auto [above, last] = split_copy_path(source.path);
    UniqueFd folder(check(::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}", above));
    tar::TreeWriter writer(output, std::move(tree));
    writer.single(folder.get(), last, name);
    writer.finish();
}

void send_stream(tar::Output& output) {
    std::vector<std::byte> buffer(256 << 10);
    for (;;) {
        auto count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (check(count, "read standard input") == 0) return;
        output.write(tar::Bytes(buffer).first(static_cast<std::size_t>(count)));
    }
}

/// What is at the destination in the container; a link's own target instead of the link.
CopyEnd look_into(Session& session, const CopyPlace& to) {
    auto stat = find_stat(session, to.container, to.path);
    CopyEnd end{to.path, stat.has_value(), false};
    if (stat && stat->mode & wire::file_mode::symlink) {
        end.path = stat->link_target;
        stat = find_stat(session, to.container, end.path);
        end.exists = stat.has_value();
    }
    if (!stat) return end;
    end.is_folder = stat->mode & wire::file_mode::directory;
    auto odd = wire::file_mode::device | wire::file_mode::fifo | wire::file_mode::socket;
    if (stat->mode & odd && !(stat->mode & wire::file_mode::character))
        throw InvalidArgument("destination \"{}:{}\" must be a directory or a regular file", to.container,
                              to.path);
    return end;
}

int copy_in(Session& session, const Arguments& arguments, const std::string& from, const CopyPlace& to) {
    auto end = look_into(session, to);
    std::optional<Source> source;
    CopyPlan plan{end.path, "", ""};
    if (from == "-") {
        if (!end.is_folder)
            throw InvalidArgument("destination \"{}:{}\" must be a directory", to.container, to.path);
    } else {
        source = open_source(from, arguments.flag("follow-link"));
        plan = plan_copy(source->name, source->is_folder, end);
    }
    client::Target target(container_path(to.container, "/archive"));
    target.add("path", plan.folder).add("noOverwriteDirNonDir", "true");
    target.add_if(arguments.flag("archive"), "copyUIDGID", "true");
    std::int64_t size = 0;
    client::Request request{.method = "PUT", .target = target.take(), .content_type = "application/x-tar"};
    session.client().upload(std::move(request), [&](const BodyOutput::Write& write) {
        BodyOutput body(write);
        if (source)
            send_tree(*source, plan.new_name, body);
        else
            send_stream(body);
        size = body.size;
    });
    report(session, arguments, size, to.container + ":" + end.path);
    return 0;
}

int copy(Session& session, const Arguments& arguments) {
    auto from = parse_copy_place(arguments[0]), to = parse_copy_place(arguments[1]);
    if (arguments[0].empty()) throw InvalidArgument("source can not be empty");
    if (arguments[1].empty()) throw InvalidArgument("destination can not be empty");
    if (!from.container.empty() && !to.container.empty())
        throw InvalidArgument("copying between containers is not supported");
    if (from.container.empty() && to.container.empty())
        throw InvalidArgument("must specify at least one container source");
    if (to.container.empty()) return copy_out(session, arguments, std::move(from), to.path);
    return copy_in(session, arguments, from.path, to);
}

}  // namespace

constinit const Command cp_command{
    .name = "cp",
    .usage = "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdhow cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
    .summary = "Copy files/folders between a container and the local filesystem",
    .options = options,
    .arity = {2, 2},
    .run = copy,
    .completes = Completes::files,
    .aliases = "dhow container cp, dhow cp",
};

}  // namespace dhow::cli
