#pragma once
// Images from and to registries, as the Engine API needs them: room `image` on a thread of its own for each
// transfer, so that a registry that is slow holds up nobody else; with the events.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/async/sync.hpp"
#include "base/async/task.hpp"
#include "engine/events.hpp"
#include "image/registries.hpp"

namespace dhow::engine {

class Registries {
  public:
    using Cancellation = std::shared_ptr<image::Cancellation>;

    /// Both must outlive it, and its calls.
    Registries(asio::any_io_executor executor, Events& events, image::Registries& room)
        : events_(events), room_(room), executor_(executor), ended_(std::move(executor)) {}
    Registries(const Registries&) = delete;

    /// To end one transfer with, from the loop thread: its call then throws within a tenth of a second.
    Cancellation make_cancellation() const { return std::make_shared<image::Cancellation>(&closing_); }

    /// `progress` is called on the transfer's threads.
    Task<std::vector<image::Pulled>> pull(image::PullRequest request, image::ProgressSink progress,
                                          Cancellation cancellation);
    Task<std::vector<image::Pushed>> push(image::PushRequest request, image::ProgressSink progress,
                                          Cancellation cancellation);
    Task<image::DistributionInfo> distribution(oci::Reference name, image::Credentials credentials,
                                               Cancellation cancellation);
    Task<std::vector<image::FoundImage>> search(std::string term, std::size_t limit,
                                                image::Credentials credentials, Cancellation cancellation);
    Task<void> log_in(std::string domain, image::Credentials credentials, Cancellation cancellation);

    /// Ends all transfers and waits for them: the daemon is going.
    Task<void> close();

    /// How long whole layers of a pull that failed wait for the next attempt.
    static constexpr std::chrono::minutes retry_time{10};

  private:
    struct Running;
    void collect_later();
    Task<void> collect_after_retry_time();

    Events& events_;
    image::Registries& room_;
    image::Cancellation closing_;
    asio::any_io_executor executor_;
    int running_ = 0;
    bool will_collect_ = false;
    Signal ended_;
};

}  // namespace dhow::engine
