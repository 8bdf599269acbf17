#include "build/buildkit/filesync.hpp"

#include <algorithm>

#include <sys/stat.h>

#include "base/defer.hpp"
#include "build/buildkit/go_mode.hpp"
#include "build/buildkit/protocol/session.pb.h"
#include "build/contexts/receiver.hpp"
#include "rpc/service.hpp"

namespace dhow::build::buildkit {

namespace {

using protocol::Packet;

const std::string method = "/moby.filesync.v1.FileSync/DiffCopy";

// What goes to the pool at once: the way there and back costs more than a file's description.
constexpr std::size_t most_packets = 512;
constexpr std::size_t most_bytes = 1 << 20;

std::string encode(const std::string& text) {
    std::string result;
    for (unsigned char byte : text) {
        bool plain = std::isalnum(byte) != 0 || byte == '-' || byte == '_' || byte == '.' || byte == '~';
        result += plain ? std::string(1, static_cast<char>(byte)) : fmt::format("%{:02X}", byte);
    }
    return result;
}

/// Waits for one packet, and takes those that have come with it.
Task<std::vector<Packet>> read_packets(std::shared_ptr<rpc::Call> call) {
    std::vector<Packet> packets;
    std::size_t size = 0;
    do {
        auto bytes = co_await call->read();
        if (!bytes) throw Unavailable("the client stopped sending its files");
        size += bytes->size();
        Packet packet;
        if (!packet.ParseFromString(*bytes))
            throw InvalidArgument("the client sent no file but something else");
        packets.push_back(std::move(packet));
    } while (call->has_message() && packets.size() < most_packets && size < most_bytes);
    co_return packets;
}

std::uint32_t mode_of(std::uint32_t mode) {
    std::uint32_t bits = mode & go_mode::permissions;
    if ((mode & go_mode::set_uid) != 0) bits |= S_ISUID;
    if ((mode & go_mode::set_gid) != 0) bits |= S_ISGID;
    if ((mode & go_mode::sticky) != 0) bits |= S_ISVTX;
    auto type = mode & go_mode::type;
    if (type == 0) return bits | S_IFREG;
    if (type == go_mode::directory) return bits | S_IFDIR;
    if (type == go_mode::symlink) return bits | S_IFLNK;
    if (type == go_mode::named_pipe) return bits | S_IFIFO;
    return bits | ((type & go_mode::socket) != 0 ? S_IFSOCK : S_IFBLK);
}

SentFile read_stat(const protocol::Stat& stat) {
    SentFile file;
    file.path = stat.path();
    file.mode = mode_of(stat.mode());
    if (S_ISREG(file.mode)) file.size = stat.size();
    file.time = stat.mod_time();
    (S_ISREG(file.mode) ? file.same_as : file.link) = stat.linkname();
    for (const auto& [name, value] : stat.xattrs()) file.attributes[name] = value;
    return file;
}

/// What one batch led to.
struct Step {
    std::vector<std::uint32_t> requests;
    bool described_all = false;
};

class Transfer {
  public:
    explicit Transfer(const Contexts::Lease& into) : receiver_(into.files, into.index) {}

    /// On the pool.
    Step apply(const std::vector<Packet>& packets) {
        Step step;
        for (const auto& packet : packets) {
            if (packet.type() == Packet::ERR) throw InvalidArgument("error from sender: {}", packet.data());
            if (packet.type() == Packet::STAT && packet.has_stat() && !packet.stat().path().empty()) {
                if (described_all_) throw InvalidArgument("the client described a file after its last one");
                if (receiver_.describe(read_stat(packet.stat()))) step.requests.push_back(count_);
                ++count_;
            } else if (packet.type() == Packet::STAT) {
                receiver_.described_all();
                described_all_ = true;
            } else if (packet.type() == Packet::DATA) {
                if (packet.data().empty())
                    receiver_.complete(packet.id());
                else
                    receiver_.receive(packet.id(), store::as_bytes(packet.data()));
            } else {
                throw InvalidArgument("the client ended before all of its files were here");
            }
        }
        step.described_all = described_all_;
        if (described_all_ && step.requests.empty() && receiver_.is_complete())
            contents_ = receiver_.finish();
        return step;
    }
    /// Null until all is here.
    std::shared_ptr<const files::KnownContents> contents() const { return contents_; }
    std::int64_t bytes() const { return receiver_.bytes(); }

  private:
    Receiver receiver_;
    std::uint32_t count_ = 0;
    bool described_all_ = false;
    std::shared_ptr<const files::KnownContents> contents_;
};

void post(rpc::Call& call, Packet::Type type, std::uint32_t id = 0) {
    Packet packet;
    packet.set_type(type);
    packet.set_id(id);
    call.post(packet.SerializeAsString());
}

}  // namespace

void add_encoded(rpc::Metadata& metadata, const std::string& name, const std::vector<std::string>& values) {
    bool encoded = std::ranges::any_of(values, [](const std::string& value) {
        return std::ranges::any_of(value, [](unsigned char byte) { return byte < ' ' || byte > '~'; });
    });
    for (const auto& value : values) metadata.emplace_back(name, encoded ? encode(value) : value);
    if (encoded) metadata.emplace_back(name + "-encoded", "1");
}

Task<std::shared_ptr<const files::KnownContents>> receive_files(
    BlockingPool& pool, std::shared_ptr<Session> session, Wanted wanted, Contexts::Lease into,
    std::function<void(std::int64_t bytes)> progress, std::shared_ptr<Cancellation> stop) {
    if (!session->offers(method)) throw NotFound("no local sources enabled");
    rpc::Metadata metadata;
    add_encoded(metadata, "include-patterns", wanted.include);
    add_encoded(metadata, "exclude-patterns", wanted.exclude);
    add_encoded(metadata, "followpaths", wanted.follow);
    add_encoded(metadata, "dir-name", {wanted.folder});
    auto call = session->connection()->call(method, metadata);
    Defer end([call] { call->cancel(); });
    std::function<void()> cancel = [call] { call->cancel(); };
    Cancellation::Registration registration(*stop, std::move(cancel));
    auto begin = [into] { return std::make_shared<Transfer>(into); };
    auto transfer = co_await pool.run(std::move(begin));
    while (!transfer->contents()) {
        stop->check();
        auto packets = std::make_shared<std::vector<Packet>>(co_await read_packets(call));
        auto apply = [transfer, packets] { return transfer->apply(*packets); };
        auto step = co_await pool.run(std::move(apply));
        for (auto id : step.requests) post(*call, Packet::REQ, id);
        progress(transfer->bytes());
    }
    post(*call, Packet::FIN);
    call->close_output();
    // The client's own last word; it may also just end.
    while (true) {
        auto rest = co_await call->read();
        if (!rest) break;
    }
    co_return transfer->contents();
}

}  // namespace dhow::build::buildkit
