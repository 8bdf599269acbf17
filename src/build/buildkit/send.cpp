#include "build/buildkit/send.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <map>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/defer.hpp"
#include "base/timespec.hpp"
#include "build/buildkit/go_mode.hpp"
#include "build/buildkit/pipe.hpp"
#include "build/buildkit/protocol/session.pb.h"
#include "linux/directory.hpp"
#include "linux/path.hpp"
#include "rpc/service.hpp"

namespace dhow::build::buildkit {

namespace {

using protocol::Packet;

const std::string send_method = "/moby.filesync.v1.FileSend/DiffCopy";
const std::string upload_method = "/moby.upload.v1.Upload/Pull";

std::shared_ptr<rpc::Call> begin(Session& session, const std::string& method, const rpc::Metadata& metadata) {
    if (!session.offers(method)) throw NotFound("method {} not supported by the client", method);
    return session.connection()->call(method, metadata);
}

rpc::Metadata exporter_metadata(int exporter) {
    return {{"buildkit-attachable-exporter-id", std::to_string(exporter)}};
}

/// The client's last word: it says so when it could not keep what it got.
Task<void> await_end(std::shared_ptr<rpc::Call> call) {
    call->close_output();
    while (true) {
        auto rest = co_await call->read();
        if (!rest) break;
    }
}

std::uint32_t go_mode_of(const struct stat& status) {
    std::uint32_t mode = status.st_mode & 0777;
    if ((status.st_mode & S_ISUID) != 0) mode |= go_mode::set_uid;
    if ((status.st_mode & S_ISGID) != 0) mode |= go_mode::set_gid;
    if ((status.st_mode & S_ISVTX) != 0) mode |= go_mode::sticky;
    if (S_ISDIR(status.st_mode)) mode |= go_mode::directory;
    if (S_ISLNK(status.st_mode)) mode |= go_mode::symlink;
    if (S_ISFIFO(status.st_mode)) mode |= go_mode::named_pipe;
    if (S_ISBLK(status.st_mode)) mode |= go_mode::device;
    if (S_ISCHR(status.st_mode)) mode |= go_mode::device | go_mode::char_device;
    return mode;
}

/// What a tree holds, in the order in which it is sent. Blocks.
class Listing {
  public:
    explicit Listing(int root, const Cancellation& stop) : stop_(stop) { walk(root, ""); }
    std::vector<protocol::Stat> entries;

  private:
    void walk(int folder, const std::string& path) {
        stop_.check();
        for (const auto& name : linux::sorted_names(folder)) {
            struct stat status{};
            check(::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "stat {}", name);
            if (S_ISSOCK(status.st_mode)) continue;
            auto inner = path.empty() ? name : path + "/" + name;
            add(folder, name, inner, status);
            if (!S_ISDIR(status.st_mode)) continue;
            UniqueFd below(
                check(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                      "open {}", inner));
            walk(below.get(), inner);
        }
    }

    void add(int folder, const std::string& name, const std::string& path, const struct stat& status) {
        protocol::Stat stat;
        stat.set_path(path);
        stat.set_mode(go_mode_of(status));
        stat.set_uid(status.st_uid);
        stat.set_gid(status.st_gid);
        stat.set_mod_time(nanoseconds(status.st_mtim));
        if (S_ISREG(status.st_mode)) {
            stat.set_size(status.st_size);
            if (status.st_nlink > 1) {
                auto [first, is_new] = linked_.try_emplace(status.st_ino, path);
                if (!is_new) stat.set_linkname(first->second);
            }
        } else if (S_ISLNK(status.st_mode)) {
            std::string target(static_cast<std::size_t>(status.st_size) + 1, '\0');
            auto size =
                check(::readlinkat(folder, name.c_str(), target.data(), target.size()), "read {}", path);
            target.resize(static_cast<std::size_t>(size));
            stat.set_linkname(target);
        } else if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) {
            stat.set_devmajor(static_cast<std::int64_t>(status.st_rdev >> 8 & 0xfff));
            stat.set_devminor(
                static_cast<std::int64_t>((status.st_rdev & 0xff) | (status.st_rdev >> 12 & 0xfff00)));
        }
        entries.push_back(std::move(stat));
    }

    const Cancellation& stop_;
    std::map<ino_t, std::string> linked_;
};

std::string stat_packet(const protocol::Stat* stat) {
    Packet packet;
    packet.set_type(Packet::STAT);
    if (stat) *packet.mutable_stat() = *stat;
    return packet.SerializeAsString();
}

std::string data_packet(std::uint32_t id, std::string bytes) {
    Packet packet;
    packet.set_type(Packet::DATA);
    packet.set_id(id);
    packet.set_data(std::move(bytes));
    return packet.SerializeAsString();
}

/// Sends one file's content, a chunk at a time, and the empty one that ends it.
Task<std::int64_t> send_file(BlockingPool& pool, std::shared_ptr<rpc::Call> call, int root, std::string path,
                             std::uint32_t id) {
    auto open = [root, path] { return linux::open_in_root(root, path, O_RDONLY | O_NOFOLLOW); };
    auto file = co_await pool.run(std::move(open));
    std::int64_t sent = 0;
    while (true) {
        auto read = [fd = file.get(), path] {
            std::string bytes(chunk_size, '\0');
            auto count = check(::read(fd, bytes.data(), bytes.size()), "read {}", path);
            bytes.resize(static_cast<std::size_t>(count));
            return bytes;
        };
        auto bytes = co_await pool.run(std::move(read));
        bool end = bytes.empty();
        sent += static_cast<std::int64_t>(bytes.size());
        co_await call->write(data_packet(id, std::move(bytes)));
        if (end) co_return sent;
    }
}

}  // namespace

Task<void> send_stream(BlockingPool& pool, std::shared_ptr<Session> session, int exporter,
                       std::function<void(image::Output&)> write, Progress progress,
                       std::shared_ptr<Cancellation> stop) {
    auto executor = co_await asio::this_coro::executor;
    auto call = begin(*session, send_method, exporter_metadata(exporter));
    Defer end([call] { call->cancel(); });
    auto pipe = std::make_shared<Pipe>(executor, true);
    std::function<void()> cancel = [call, pipe] {
        call->cancel();
        pipe->loop_end.close();
    };
    Cancellation::Registration registration(*stop, cancel);
    auto side = std::make_shared<Side>(executor);
    std::function<void()> work = [pipe, write] {
        image::FdOutput output(std::move(pipe->thread_end));
        write(output);
    };
    asio::co_spawn(executor, run_side(pool, side, std::move(work)), asio::detached);
    std::exception_ptr failure;
    try {
        std::string buffer(chunk_size, '\0');
        std::int64_t sent = 0;
        while (true) {
            boost::system::error_code failed;
            auto count = co_await pipe->loop_end.async_read_some(
                asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, failed));
            if (failed || count == 0) break;
            protocol::BytesMessage message;
            message.set_data(buffer.data(), count);
            co_await call->write(message.SerializeAsString());
            progress(sent += static_cast<std::int64_t>(count));
        }
    } catch (const Error&) {
        failure = std::current_exception();
    }
    // The writer sees a closed pipe, if it still writes.
    if (failure) pipe->loop_end.close();
    std::exception_ptr unfinished;
    try {
        co_await join(side);
    } catch (const Error&) {
        unfinished = std::current_exception();
    }
    if (failure) std::rethrow_exception(failure);
    if (unfinished) std::rethrow_exception(unfinished);
    co_await await_end(call);
}

Task<void> send_tree(BlockingPool& pool, std::shared_ptr<Session> session, int exporter, UniqueFd root,
                     Progress progress, std::shared_ptr<Cancellation> stop) {
    auto call = begin(*session, send_method, exporter_metadata(exporter));
    Defer end([call] { call->cancel(); });
    std::function<void()> cancel = [call] { call->cancel(); };
    Cancellation::Registration registration(*stop, std::move(cancel));
    auto list = [fd = root.get(), stop] { return std::make_shared<Listing>(fd, *stop); };
    auto listing = co_await pool.run(std::move(list));
    for (const auto& stat : listing->entries) co_await call->write(stat_packet(&stat));
    co_await call->write(stat_packet(nullptr));
    std::int64_t sent = 0;
    while (true) {
        auto bytes = co_await call->read();
        Packet packet;
        if (!bytes || !packet.ParseFromString(*bytes)) throw Unavailable("the client stopped taking files");
        if (packet.type() == Packet::ERR) throw InvalidArgument("error from receiver: {}", packet.data());
        if (packet.type() == Packet::FIN) break;
        if (packet.type() != Packet::REQ || packet.id() >= listing->entries.size())
            throw InvalidArgument("the client asked for a file that there is not");
        const auto& stat = listing->entries[packet.id()];
        if ((stat.mode() & go_mode::type) != 0) throw InvalidArgument("the client asked for what is no file");
        sent += co_await send_file(pool, call, root.get(), stat.path(), packet.id());
        progress(sent);
    }
    Packet last;
    last.set_type(Packet::FIN);
    co_await call->write(last.SerializeAsString());
    co_await await_end(call);
}

Task<void> receive_stream(BlockingPool& pool, std::shared_ptr<Session> session, std::string id,
                          std::function<void(image::Source&)> read, Progress progress,
                          std::shared_ptr<Cancellation> stop) {
    rpc::Metadata metadata{{"urlpath", "/" + id}, {"urlhost", "buildkit-session"}};
    auto call = begin(*session, upload_method, metadata);
    Defer end([call] { call->cancel(); });
    PayloadOf payload = [](const std::string& bytes) {
        protocol::BytesMessage message;
        if (!message.ParseFromString(bytes))
            throw InvalidArgument("the client sent no file but something else");
        return std::move(*message.mutable_data());
    };
    co_await read_call(pool, call, std::move(payload), std::move(read), std::move(progress), std::move(stop));
}

}  // namespace dhow::build::buildkit
