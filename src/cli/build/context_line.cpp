#include "cli/build/context_line.hpp"

#include <array>
#include <ctime>
#include <filesystem>
#include <span>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/packing.hpp"
#include "base/timespec.hpp"
#include "cli/build/walk.hpp"
#include "cli/files.hpp"
#include "wire/context_line.hpp"

namespace dhow::cli {

namespace {

namespace line = wire::context_line;
using line::Kind;

constexpr std::size_t frame_size = 256 << 10;
/// The kernel's clock of files may tick that seldom, and then some.
constexpr std::int64_t settling_time = 100'000'000;

std::int64_t present() {
    timespec time;
    ::clock_gettime(CLOCK_REALTIME, &time);
    return nanoseconds(time);
}

/// The same for the same folder, and for no other one on any machine.
std::string key_of(const ContextFolder& folder) {
    auto machine = std::filesystem::exists("/etc/machine-id") ? read_file("/etc/machine-id") : "";
    if (machine.empty()) {
        std::array<char, 256> name{};
        ::gethostname(name.data(), name.size() - 1);
        machine = name.data();
    }
    while (machine.ends_with('\n')) machine.pop_back();
    return fmt::format("{}:{}:{}:{}", machine, ::getuid(), std::filesystem::canonical(folder.path).native(),
                       folder.name);
}

/// One folder on its connection.
class Sender {
  public:
    Sender(client::Hijacked connection, const ContextFolder& folder)
        : connection_(std::move(connection)), folder_(folder) {}

    /// What there is.
    void describe() {
        std::string out;
        if (!folder_.dockerfile.empty()) line::put_frame(out, Kind::dockerfile, folder_.dockerfile);
        if (!folder_.ignore.empty()) line::put_frame(out, Kind::ignore, folder_.ignore);
        std::string entries;
        auto put = [&] {
            if (!entries.empty()) line::put_frame(out, Kind::entries, entries);
            entries.clear();
            send(out);
            out.clear();
        };
        walk_folder(folder_.path, folder_.rules, [&](const Walked& walked) {
            line::put_entry(entries, describe_entry(walked));
            if (entries.size() >= frame_size) put();
        });
        put();
        line::put_frame(out, Kind::described, "");
        send(out);
    }

    /// What of it the daemon asks for. @return how many bytes that is
    std::int64_t hear_what_is_wanted() {
        std::int64_t bytes = 0;
        while (true) {
            auto [kind, payload] = receive();
            if (kind == Kind::described) return bytes;
            if (kind != Kind::wanted) break;
            for (auto number : line::read_numbers(payload)) {
                if (number >= files_.size())
                    throw Unavailable("the daemon asks for a file that there is not");
                wanted_.push_back(&files_[number]);
                bytes += files_[number].size;
            }
        }
        throw Unavailable("the daemon does not say what it needs of {}", folder_.path);
    }

    void send_contents() {
        UniqueFd root(
            check(::open(folder_.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open {}", folder_.path));
        for (const auto* file : wanted_) send_content(root.get(), *file);
        flush();
    }

    std::string hear_the_id() {
        auto [kind, payload] = receive();
        if (kind != Kind::received) throw Unavailable("the daemon does not take {}", folder_.path);
        return payload;
    }

    UniqueFd take_connection() { return std::move(connection_.socket); }

  private:
    struct File {
        std::string path;
        std::int64_t size = 0;
    };

    line::Entry describe_entry(const Walked& walked) {
        const auto& status = walked.status;
        line::Entry entry;
        entry.path = walked.path;
        entry.mode = status.st_mode;
        entry.size = S_ISREG(status.st_mode) ? status.st_size : 0;
        entry.time = nanoseconds(status.st_mtim);
        entry.inode = status.st_ino;
        entry.changed = nanoseconds(status.st_ctim);
        entry.settled = present() - entry.changed > settling_time;
        if (S_ISLNK(status.st_mode)) entry.link = link_target(walked);
        files_.push_back({entry.path, entry.size});
        return entry;
    }

    void send_content(int root, const File& file) {
        UniqueFd fd(check(::openat(root, file.path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC), "open {}",
                          file.path));
        for (auto left = file.size; left > 0;) {
            if (filled_ == contents_.size()) flush();
            auto space = std::min(contents_.size() - filled_, static_cast<std::size_t>(left));
            auto count = check(::read(fd.get(), contents_.data() + filled_, space), "read {}", file.path);
            if (count == 0) throw Unavailable("{} became shorter while it was sent", file.path);
            filled_ += static_cast<std::size_t>(count);
            left -= count;
        }
    }

    void flush() {
        if (filled_ == 0) return;
        send(line::make_header(Kind::content, filled_));
        send({contents_.data(), std::exchange(filled_, 0)});
    }

    void send(std::string_view bytes) {
        try {
            client::send_all(connection_.socket.get(), bytes);
        } catch (const Unavailable&) {
            // A daemon that refuses closes its end; what it said before tells more than the broken pipe.
            while (true) receive();
        }
    }

    /// @throws client::DaemonError when that is what it says
    std::pair<Kind, std::string> receive() {
        std::string bytes(line::header_size, '\0');
        fill(bytes);
        auto header = line::read_header(bytes);
        bytes.resize(header.size);
        fill(bytes);
        if (header.kind != Kind::failed) return {header.kind, std::move(bytes)};
        Unpacker in(bytes);
        auto status = in.integer<std::uint32_t>();
        throw client::DaemonError(static_cast<int>(status), std::string(in.text()));
    }

    void fill(std::span<char> buffer) {
        auto early = std::min(buffer.size(), connection_.received.size());
        connection_.received.copy(buffer.data(), early);
        connection_.received.erase(0, early);
        for (buffer = buffer.subspan(early); !buffer.empty();) {
            auto count = ::recv(connection_.socket.get(), buffer.data(), buffer.size(), 0);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0)
                throw Unavailable("the daemon closed the connection while {} was sent", folder_.path);
            buffer = buffer.subspan(static_cast<std::size_t>(count));
        }
    }

    client::Hijacked connection_;
    const ContextFolder& folder_;
    std::vector<File> files_;
    std::vector<const File*> wanted_;
    std::vector<char> contents_ = std::vector<char>(frame_size);  ///< read and not sent yet
    std::size_t filled_ = 0;
};

}  // namespace

std::string ContextLines::bring(const ContextFolder& folder) {
    client_.negotiate();
    client::Target target("/build/context");
    target.add("key", key_of(folder));
    auto connection = client_.start({.method = "POST", .target = target.take(), .hijack = true});
    client_.finish(connection);
    Sender sender(connection.hijack(), folder);
    sender.describe();
    sending_(folder, sender.hear_what_is_wanted());
    sender.send_contents();
    auto id = sender.hear_the_id();
    lines_.push_back(sender.take_connection());
    return id;
}

}  // namespace dhow::cli
