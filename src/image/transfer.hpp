#pragma once
// What pull and push share: several layers at a time, and lines of progress.

#include <chrono>
#include <functional>
#include <mutex>
#include <string>

#include "image/registries.hpp"

namespace dhow::image {

/// How many layers move at a time, as docker has it by default.
inline constexpr std::size_t layers_at_a_time = 3;

/// Calls `work(index, cancellation)` for 0 to count - 1, on up to `layers_at_a_time` threads. The first
/// failure cancels the others and is thrown once all have ended.
void for_each_layer(std::size_t count, const Cancellation& cancellation,
                    const std::function<void(std::size_t index, const Cancellation&)>& work);

/// A sink that several threads may call.
class Reporter {
  public:
    explicit Reporter(const ProgressSink& sink) : sink_(sink) {}
    void line(const std::string& status, const std::string& id = "") const;
    void layer(const std::string& id, const std::string& status, std::int64_t current = 0,
               std::int64_t total = 0) const;

  private:
    const ProgressSink& sink_;
    mutable std::mutex mutex_;
};

/// The line of one layer that moves: tells at most ten times a second.
class LayerProgress {
  public:
    LayerProgress(const Reporter& reporter, std::string id, std::string status, std::int64_t total)
        : reporter_(reporter), id_(std::move(id)), status_(std::move(status)), total_(total) {}
    void operator()(std::int64_t bytes);

  private:
    const Reporter& reporter_;
    const std::string id_, status_;
    const std::int64_t total_;
    std::chrono::steady_clock::time_point next_{};
};

}  // namespace dhow::image
