#include "image/transfer.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace dhow::image {

void for_each_layer(std::size_t count, const Cancellation& cancellation,
                    const std::function<void(std::size_t, const Cancellation&)>& work) {
    Cancellation together(&cancellation);
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::exception_ptr failure;
    auto run = [&] {
        for (auto index = next++; index < count; index = next++) {
            try {
                together.check();
                work(index, together);
            } catch (...) {
                std::lock_guard lock(mutex);
                if (!failure) failure = std::current_exception();
                together.cancel();
                return;
            }
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < std::min(count, layers_at_a_time); ++i) threads.emplace_back(run);
        run();
    }
    if (failure) std::rethrow_exception(failure);
}

void Reporter::line(const std::string& status, const std::string& id) const {
    if (!sink_) return;
    std::lock_guard lock(mutex_);
    sink_({.id = id, .status = status});
}

void Reporter::layer(const std::string& id, const std::string& status, std::int64_t current,
                     std::int64_t total) const {
    if (!sink_) return;
    std::lock_guard lock(mutex_);
    if (current == 0 && total == 0) total = Registries::uncounted;
    sink_({.id = id, .status = status, .current = current, .total = total});
}

void LayerProgress::operator()(std::int64_t bytes) {
    auto now = std::chrono::steady_clock::now();
    if (now < next_ && bytes != total_) return;
    next_ = now + std::chrono::milliseconds(100);
    reporter_.layer(id_, status_, bytes, total_);
}

}  // namespace dhow::image
