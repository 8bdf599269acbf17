#include "engine/containers/waiting.hpp"

#include "base/log.hpp"
#include "engine/containers/live.hpp"

namespace dhow::engine {

Task<std::optional<WaitResult>> WaitPlace::result() {
    while (!result_ && !closed_) co_await settled_.wait();
    co_return result_;
}

void WaitPlace::close() {
    closed_ = true;
    settled_.notify();
}

void WaitPlace::settle(WaitResult result) {
    result_ = std::move(result);
    settled_.notify();
}

AttachPlace::AttachPlace(asio::any_io_executor executor, std::shared_ptr<Live> container,
                         AttachRequest request, std::string detach_keys)
    : container_(std::move(container)),
      request_(std::move(request)),
      detach_keys_(std::move(detach_keys)),
      tty_(container_->record.config.tty),
      changed_(std::move(executor)) {}

shim::AttachRequest AttachPlace::shim_request() const {
    const auto& config = container_->record.config;
    shim::AttachRequest request;
    request.in = request_.in && config.open_stdin;
    request.out = request_.out;
    request.err = request_.err;
    request.detach_keys = detach_keys_;
    return request;
}

Task<void> AttachPlace::connect(std::shared_ptr<shim::Client> shim) {
    if (over_) co_return;
    try {
        auto request = shim_request();
        stream_ = co_await shim->attach(std::move(request));
    } catch (const Error& error) {
        log::warning("attach to container {}: {}", container_->record.short_id(), error.what());
    }
    give_up();
}

void AttachPlace::give_up() {
    over_ = true;
    changed_.notify();
}

void AttachPlace::close() {
    stream_.reset();
    give_up();
}

Task<UniqueFd> AttachPlace::stream() {
    while (!over_) co_await changed_.wait();
    co_return std::move(stream_);
}

Task<void> attach_now(std::shared_ptr<AttachPlace> place, std::shared_ptr<shim::Client> shim) {
    co_await place->connect(std::move(shim));
}

Task<void> wake_at_end(std::shared_ptr<Live> container, std::weak_ptr<LogStream> stream) {
    // The stream asks whether the container is over whenever it is woken; a minute bounds how long a stream
    // that its client gave up is remembered here.
    while (auto alive = stream.lock()) {
        alive->wake();
        alive.reset();
        co_await container->changed.wait_for(std::chrono::minutes(1));
    }
}

}  // namespace dhow::engine
