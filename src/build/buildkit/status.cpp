#include "build/buildkit/status.hpp"

#include <chrono>

#include "base/random.hpp"
#include "base/units.hpp"

namespace dhow::build::buildkit {

namespace {

// What may wait for a client that reads slowly, or that never asks.
constexpr std::size_t most_waiting = 4 << 20;
// A message of a gRPC client of Go may be this long unless it says otherwise.
constexpr std::size_t longest_event = 2 << 20;

}  // namespace

protocol::Timestamp timestamp_now() {
    auto time = now().time_since_epoch();
    protocol::Timestamp stamp;
    stamp.set_seconds(std::chrono::duration_cast<std::chrono::seconds>(time).count());
    stamp.set_nanos(static_cast<std::int32_t>((time % std::chrono::seconds(1)).count()));
    return stamp;
}

void StatusLog::add(protocol::StatusResponse event) {
    if (closed_) return;
    size_ += event.ByteSizeLong();
    events_.push_back(std::move(event));
    changed_.notify();
}

void StatusLog::close() {
    closed_ = true;
    changed_.notify();
}

void StatusLog::abandon() {
    abandoned_ = true;
    changed_.notify();
}

Task<bool> StatusLog::read(protocol::StatusResponse& into) {
    watched_ = true;
    while (events_.empty() && !closed_ && !abandoned_) co_await changed_.wait();
    into.Clear();
    if (events_.empty() || abandoned_) co_return false;
    std::size_t taken = 0;
    while (!events_.empty() && taken < longest_event) {
        taken += events_.front().ByteSizeLong();
        into.MergeFrom(events_.front());
        events_.pop_front();
    }
    size_ -= std::min(size_, taken);
    changed_.notify();
    co_return true;
}

Task<bool> StatusLog::room_for_text() {
    while (size_ > most_waiting && watched_ && !abandoned_ && !closed_) co_await changed_.wait();
    co_return size_ <= most_waiting;
}

Vertex::Vertex(StatusLog& log, std::string name) : log_(log) {
    vertex_.set_digest("sha256:" + random_hex(32));
    vertex_.set_name(std::move(name));
}

void Vertex::tell() {
    protocol::StatusResponse event;
    *event.add_vertexes() = vertex_;
    log_.add(std::move(event));
}

void Vertex::start() {
    *vertex_.mutable_started() = timestamp_now();
    tell();
}

void Vertex::finish(const std::string& error) {
    if (finished()) return;
    if (!vertex_.has_started()) *vertex_.mutable_started() = timestamp_now();
    vertex_.set_error(error);
    *vertex_.mutable_completed() = timestamp_now();
    tell();
}

Task<void> Vertex::write(int stream, std::string bytes) {
    if (!co_await log_.room_for_text()) co_return;
    protocol::StatusResponse event;
    auto& line = *event.add_logs();
    line.set_vertex(digest());
    *line.mutable_timestamp() = timestamp_now();
    line.set_stream(stream);
    line.set_message(std::move(bytes));
    log_.add(std::move(event));
}

void Vertex::progress(const std::string& id, std::int64_t current, std::int64_t total, bool done) {
    protocol::StatusResponse event;
    auto& status = *event.add_statuses();
    status.set_id(id);
    status.set_vertex(digest());
    status.set_current(current);
    status.set_total(total);
    auto time = timestamp_now();
    *status.mutable_timestamp() = time;
    *status.mutable_started() = begun_.try_emplace(id, time).first->second;
    if (done) *status.mutable_completed() = time;
    log_.add(std::move(event));
}

}  // namespace dhow::build::buildkit
