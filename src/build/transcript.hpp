#pragma once
// Stages run at the same time, but are told one after the other.

#include <deque>
#include <vector>

#include "base/async/sync.hpp"
#include "build/options.hpp"

namespace dhow::build {

/// Loop thread. What a stage says goes out at once when all stages before it are finished, and is kept until
/// then when they are not.
class Transcript {
  public:
    Transcript(asio::any_io_executor executor, Listener& listener, std::size_t stages)
        : listener_(listener), turn_(std::move(executor)), stages_(stages) {}

    enum class Kind { text, error_text, image };
    Task<void> say(std::size_t stage, Kind kind, std::string text);
    /// The stage has said all it will.
    Task<void> finish(std::size_t stage);

  private:
    struct Message {
        Kind kind;
        std::string text;
    };
    struct Stage {
        std::deque<Message> waiting;
        std::size_t size = 0;
        bool clipped = false;
        bool finished = false;
    };
    Task<void> send(Message message);

    Listener& listener_;
    AsyncMutex turn_;
    std::vector<Stage> stages_;
    std::size_t current_ = 0;
};

}  // namespace dhow::build
