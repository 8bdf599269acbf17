#include "build/buildkit/filesync.hpp"

#include <algorithm>

#include "base/defer.hpp"
#include "build/buildkit/receiver.hpp"
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

/// What one batch led to.
struct Step {
    std::vector<std::uint32_t> requests;
    bool described_all = false;
};

class Transfer {
  public:
    explicit Transfer(UniqueFd into) : receiver_(std::move(into)) {}

    /// On the pool.
    Step apply(const std::vector<Packet>& packets) {
        Step step;
        for (const auto& packet : packets) {
            if (packet.type() == Packet::ERR) throw InvalidArgument("error from sender: {}", packet.data());
            if (packet.type() == Packet::STAT && packet.has_stat() && !packet.stat().path().empty()) {
                if (described_all_) throw InvalidArgument("the client described a file after its last one");
                if (receiver_.describe(packet.stat())) step.requests.push_back(count_);
                ++count_;
            } else if (packet.type() == Packet::STAT) {
                receiver_.described_all();
                described_all_ = true;
            } else if (packet.type() == Packet::DATA) {
                receiver_.receive(packet.id(), packet.data());
            } else {
                throw InvalidArgument("the client ended before all of its files were here");
            }
        }
        step.described_all = described_all_;
        if (described_all_ && step.requests.empty() && receiver_.complete()) {
            receiver_.finish();
            complete_ = true;
        }
        return step;
    }
    bool complete() const { return complete_; }
    std::int64_t bytes() const { return receiver_.bytes(); }

  private:
    Receiver receiver_;
    std::uint32_t count_ = 0;
    bool described_all_ = false;
    bool complete_ = false;
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

Task<void> receive_files(BlockingPool& pool, std::shared_ptr<Session> session, Wanted wanted, UniqueFd into,
                         std::function<void(std::int64_t bytes)> progress,
                         std::shared_ptr<Cancellation> stop) {
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
    auto transfer = std::make_shared<Transfer>(std::move(into));
    while (!transfer->complete()) {
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
}

}  // namespace dhow::build::buildkit
