#include "engine/registries.hpp"

#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"

namespace dhow::engine {

namespace {

/// As dockerd has it: the event's object is the name with its tag, its attribute the name alone.
void publish_transfer(Events& events, const std::string& action, const std::string& name) {
    auto repository = oci::Reference::parse(name).familiar_name();
    events.publish("image", action, name, {{"name", repository}});
}

}  // namespace

/// Counts a call while it lasts.
struct Registries::Running {
    explicit Running(Registries& all) : registries(all) { ++registries.running_; }
    ~Running() {
        if (--registries.running_ == 0) registries.ended_.notify();
    }
    Running(const Running&) = delete;
    Registries& registries;
};

Task<void> Registries::close() {
    closing_.cancel();
    while (running_ > 0) co_await ended_.wait();
}

Task<std::vector<image::Pulled>> Registries::pull(image::PullRequest request, image::ProgressSink progress,
                                                  Cancellation cancellation) {
    Running running(*this);
    BlockingPool thread(1);
    auto work = [this, &request, &progress, &cancellation] {
        return room_.pull(request, progress, *cancellation);
    };
    std::vector<image::Pulled> pulled;
    std::exception_ptr failure;
    try {
        pulled = co_await thread.run(work);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        collect_later();
        std::rethrow_exception(failure);
    }
    for (const auto& image : pulled) publish_transfer(events_, "pull", image.name);
    co_return pulled;
}

/// Once for all pulls that fail meanwhile.
void Registries::collect_later() {
    if (!std::exchange(will_collect_, true))
        asio::co_spawn(executor_, collect_after_retry_time(), asio::detached);
}

Task<void> Registries::collect_after_retry_time() {
    co_await sleep_for(retry_time);
    will_collect_ = false;
    Running running(*this);
    BlockingPool thread(1);
    try {
        co_await thread.run([this] { room_.collect(); });
    } catch (const Error& error) {
        log::error("collecting layers of pulls that failed: {}", error.what());
    }
}

Task<std::vector<image::Pushed>> Registries::push(image::PushRequest request, image::ProgressSink progress,
                                                  Cancellation cancellation) {
    Running running(*this);
    BlockingPool thread(1);
    auto work = [this, &request, &progress, &cancellation] {
        return room_.push(request, progress, *cancellation);
    };
    auto pushed = co_await thread.run(work);
    for (const auto& image : pushed) publish_transfer(events_, "push", image.name);
    co_return pushed;
}

Task<image::DistributionInfo> Registries::distribution(oci::Reference name, image::Credentials credentials,
                                                       Cancellation cancellation) {
    Running running(*this);
    BlockingPool thread(1);
    auto work = [this, &name, &credentials, &cancellation] {
        return room_.distribution(name, credentials, *cancellation);
    };
    co_return co_await thread.run(work);
}

Task<std::vector<image::FoundImage>> Registries::search(std::string term, std::size_t limit,
                                                        image::Credentials credentials,
                                                        Cancellation cancellation) {
    Running running(*this);
    BlockingPool thread(1);
    auto work = [this, &term, limit, &credentials, &cancellation] {
        return room_.search(term, limit, credentials, *cancellation);
    };
    co_return co_await thread.run(work);
}

Task<void> Registries::log_in(std::string domain, image::Credentials credentials, Cancellation cancellation) {
    Running running(*this);
    BlockingPool thread(1);
    auto work = [this, &domain, &credentials, &cancellation] {
        room_.log_in(domain, credentials, *cancellation);
    };
    co_await thread.run(work);
}

}  // namespace dhow::engine
