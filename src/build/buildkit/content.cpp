#include "build/buildkit/content.hpp"

#include "base/defer.hpp"
#include "base/random.hpp"
#include "build/buildkit/pipe.hpp"
#include "build/buildkit/protocol/session.pb.h"
#include "rpc/service.hpp"

namespace dhow::build::buildkit {

namespace {

const std::string service = "/containerd.services.content.v1.Content/";
using Write = protocol::WriteContentRequest;

}  // namespace

ClientContent::ClientContent(BlockingPool& pool, std::shared_ptr<Session> session, std::string store)
    : pool_(pool), session_(std::move(session)), store_(std::move(store)) {}

std::shared_ptr<rpc::Call> ClientContent::begin(const std::string& method) const {
    if (!session_->offers(service + method)) throw NotFound("the client offers no folder of blobs");
    return session_->connection()->call(service + method, {{"buildkit-attachable-store-id", store_}});
}

Task<void> ClientContent::read(oci::Descriptor descriptor, std::function<void(image::Source&)> use,
                               std::shared_ptr<Cancellation> stop) {
    auto call = begin("Read");
    Defer end([call] { call->cancel(); });
    protocol::ReadContentRequest request;
    request.set_digest(descriptor.digest.text());
    co_await call->write(request.SerializeAsString());
    call->close_output();
    PayloadOf payload = [](const std::string& bytes) {
        protocol::ReadContentResponse response;
        if (!response.ParseFromString(bytes))
            throw InvalidArgument("the client sent no blob but something else");
        return std::move(*response.mutable_data());
    };
    std::function<void(std::int64_t)> silence = [](std::int64_t) {};
    co_await read_call(pool_, call, std::move(payload), std::move(use), std::move(silence), std::move(stop));
}

Task<bool> ClientContent::has(oci::Digest digest) {
    auto call = begin("Info");
    Defer end([call] { call->cancel(); });
    protocol::ContentInfoRequest request;
    request.set_digest(digest.text());
    try {
        co_await call->write(request.SerializeAsString());
        call->close_output();
        auto response = co_await rpc::read_message<protocol::ContentInfoResponse>(call);
        co_return response.info().digest() == digest.text();
    } catch (const rpc::CallFailed& failure) {
        if (failure.status().code != rpc::Code::not_found) throw;
        co_return false;
    }
}

Task<void> ClientContent::write(oci::Descriptor descriptor, std::function<std::size_t(std::span<char>)> read,
                                std::shared_ptr<Cancellation> stop) {
    bool there = co_await has(descriptor.digest);
    if (there) co_return;
    auto call = begin("Write");
    Defer end([call] { call->cancel(); });
    // One of its own: what an earlier transfer left half done is not gone on with.
    auto reference = "dhow-" + random_hex(8) + "-" + descriptor.digest.text();
    std::int64_t offset = 0;
    Write::Action action = Write::STAT;
    std::string data;
    while (true) {
        stop->check();
        Write request;
        request.set_action(action);
        request.set_ref(reference);
        request.set_total(descriptor.size);
        request.set_expected(descriptor.digest.text());
        request.set_offset(offset);
        offset += static_cast<std::int64_t>(data.size());
        request.set_data(std::move(data));
        co_await call->write(request.SerializeAsString());
        auto answer = co_await rpc::read_message<protocol::WriteContentResponse>(call);
        if (action == Write::COMMIT) break;
        if (answer.offset() != offset)
            throw Unavailable("the client has {} bytes of the blob {}, not {}", answer.offset(),
                              descriptor.digest.text(), offset);
        // The reader remembers where it is: no copy of it may read.
        auto fill = [&read] {
            std::string bytes(chunk_size, '\0');
            bytes.resize(read(bytes));
            return bytes;
        };
        data = co_await pool_.run(std::move(fill));
        action = data.empty() ? Write::COMMIT : Write::WRITE;
    }
    call->close_output();
}

}  // namespace dhow::build::buildkit
