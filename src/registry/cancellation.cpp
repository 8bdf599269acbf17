#include "registry/cancellation.hpp"

#include <algorithm>
#include <thread>

namespace dhow::registry {

void Cancellation::sleep(std::chrono::milliseconds time) const {
    using namespace std::chrono_literals;
    auto end = std::chrono::steady_clock::now() + time;
    for (;;) {
        check();
        auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left <= 0ms) return;
        std::this_thread::sleep_for(std::min(left, 50ms));
    }
}

}  // namespace dhow::registry
