#include "build/buildkit/sessions.hpp"

#include <chrono>

#include "base/defer.hpp"
#include "base/text.hpp"

namespace dhow::build::buildkit {

namespace {

constexpr auto patience = std::chrono::seconds(5);

}  // namespace

Session::Session(Offer offer, std::shared_ptr<rpc::Connection> connection)
    : id_(std::move(offer.id)), shared_key_(std::move(offer.shared_key)), connection_(std::move(connection)) {
    for (const auto& method : offer.methods) methods_.insert(lower(method));
}

bool Session::offers(const std::string& method) const { return methods_.contains(lower(method)); }

void Sessions::check(const Offer& offer) const {
    if (offer.id.empty()) throw InvalidArgument("a session needs an id");
    if (sessions_.contains(offer.id)) throw Conflict("session {} already exists", offer.id);
}

Task<void> Sessions::serve(Offer offer, UniqueFd socket) {
    check(offer);
    auto id = offer.id;
    auto connection = rpc::Connection::calling(executor_, std::move(socket));
    sessions_[id] = std::make_shared<Session>(std::move(offer), connection);
    Defer leave([this, id] { sessions_.erase(id); });
    arrived_.notify();
    co_await connection->run();
}

Task<std::shared_ptr<Session>> Sessions::find(std::string id) {
    auto end = std::chrono::steady_clock::now() + patience;
    while (true) {
        if (auto found = sessions_.find(id); found != sessions_.end()) co_return found->second;
        auto left = end - std::chrono::steady_clock::now();
        bool in_time = left.count() > 0;
        if (in_time) in_time = co_await arrived_.wait_for(left);
        if (!in_time) throw NotFound("no active session for {}", id);
    }
}

}  // namespace dhow::build::buildkit
