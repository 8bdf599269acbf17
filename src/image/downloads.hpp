#pragma once
// Which layers are on their way, so that two pulls of the same layer share one download.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "oci/digest.hpp"
#include "registry/cancellation.hpp"

namespace dhow::image {

/// Thread-safe.
class Downloads {
  public:
    /// The right to fetch a blob, and the duty to tell how far it came. Ends when it goes.
    class Turn {
      public:
        Turn(Turn&& other) noexcept : downloads_(other.downloads_), digest_(std::move(other.digest_)) {
            other.downloads_ = nullptr;
        }
        Turn& operator=(Turn&&) = delete;
        ~Turn();
        void tell(std::int64_t bytes);

      private:
        friend class Downloads;
        Turn(Downloads& downloads, oci::Digest digest) : downloads_(&downloads), digest_(std::move(digest)) {}
        Downloads* downloads_;
        oci::Digest digest_;
    };

    /// Takes the turn of a blob that nobody is fetching. Else waits until its fetcher ended, however that
    /// went, and gives none; `progress` gets what the fetcher tells meanwhile.
    /// @throws Cancelled
    std::optional<Turn> begin(const oci::Digest& digest, const registry::Cancellation& cancellation,
                              const std::function<void(std::int64_t)>& progress);

  private:
    struct Entry {
        std::int64_t bytes = 0;
        bool over = false;
    };
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<oci::Digest, std::shared_ptr<Entry>> running_;
};

}  // namespace dhow::image
