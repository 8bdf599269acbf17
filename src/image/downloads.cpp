#include "image/downloads.hpp"

namespace dhow::image {

Downloads::Turn::~Turn() {
    if (!downloads_) return;
    std::lock_guard lock(downloads_->mutex_);
    auto place = downloads_->running_.find(digest_);
    place->second->over = true;
    downloads_->running_.erase(place);
    downloads_->changed_.notify_all();
}

void Downloads::Turn::tell(std::int64_t bytes) {
    std::lock_guard lock(downloads_->mutex_);
    downloads_->running_.at(digest_)->bytes = bytes;
}

std::optional<Downloads::Turn> Downloads::begin(const oci::Digest& digest,
                                                const registry::Cancellation& cancellation,
                                                const std::function<void(std::int64_t)>& progress) {
    std::unique_lock lock(mutex_);
    auto& entry = running_[digest];
    if (!entry) {
        entry = std::make_shared<Entry>();
        return Turn(*this, digest);
    }
    auto other = entry;
    while (!other->over) {
        cancellation.check();
        changed_.wait_for(lock, std::chrono::milliseconds(100));
        auto bytes = other->bytes;
        lock.unlock();
        progress(bytes);
        lock.lock();
    }
    return std::nullopt;
}

}  // namespace dhow::image
