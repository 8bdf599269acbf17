#include "api/build/agent_line.hpp"

#include <chrono>
#include <utility>

#include <sys/socket.h>

#include "base/error.hpp"

namespace dhow::api::build {

namespace {

constexpr auto patience = std::chrono::seconds(5);
constexpr std::size_t shortest_key = 32;
constexpr std::size_t most_ready = 64;

}  // namespace

Task<void> AgentLines::serve(http::Exchange& exchange) {
    auto place = std::pair(exchange.request().query.text("key"), exchange.request().query.text("id"));
    if (place.first.size() < shortest_key || place.second.empty())
        throw InvalidArgument("a connection to an agent needs a key and an id");
    if (auto found = ready_.find(place); found != ready_.end() && found->second.size() >= most_ready)
        throw Conflict("too many connections to the agent {} are ready", place.second);
    int ends[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), "make a socket pair");
    auto ours = std::make_shared<UniqueFd>(ends[0]);
    UniqueFd theirs(ends[1]);
    co_await exchange.upgrade("");
    ready_[place].push_back(ours);
    arrived_.notify();
    co_await exchange.relay(std::move(theirs));
    auto found = ready_.find(place);
    if (found == ready_.end()) co_return;
    std::erase(found->second, ours);
    if (found->second.empty()) ready_.erase(found);
}

dhow::build::CarryAgent AgentLines::carrier(std::string key, std::string id) {
    return [this, key, id](std::shared_ptr<dhow::build::AgentSocket> socket) {
        return carry(key, id, std::move(socket));
    };
}

Task<void> AgentLines::carry(std::string key, std::string id,
                             std::shared_ptr<dhow::build::AgentSocket> socket) {
    auto end = std::chrono::steady_clock::now() + patience;
    auto place = std::pair(key, id);
    while (!ready_.contains(place)) {
        auto left = end - std::chrono::steady_clock::now();
        bool in_time = left.count() > 0;
        if (in_time) in_time = co_await arrived_.wait_for(left);
        // The command sees its agent close the connection.
        if (!in_time) co_return;
    }
    auto found = ready_.find(place);
    auto fd = std::move(*found->second.front());
    found->second.pop_front();
    if (found->second.empty()) ready_.erase(found);
    auto line = std::make_shared<dhow::build::AgentSocket>(executor_);
    boost::system::error_code failed;
    line->assign(asio::local::stream_protocol(), fd.release(), failed);
    if (!failed) co_await dhow::build::join_sockets(std::move(socket), std::move(line));
}

void AgentLines::close(const std::string& key) {
    std::erase_if(ready_, [&key](const auto& entry) { return entry.first.first == key; });
}

}  // namespace dhow::api::build
