#pragma once
// A source that is read by a thread of its own, so that who makes the bytes and who takes them work side by
// side.

#include <array>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "image/source.hpp"

namespace dhow::image {

class ReadAhead final : public Source {
  public:
    /// Reads `source`, which must outlive it, to its end.
    explicit ReadAhead(Source& source);
    /// Waits until a read of `source` that is under way has ended.
    ~ReadAhead() override;

    /// @throws what reading `source` throws, after all bytes before it
    std::size_t read(std::span<std::byte> buffer) override;

  private:
    static constexpr std::size_t pieces = 4;
    static constexpr std::size_t piece_size = 256 << 10;

    struct Piece {
        std::vector<std::byte> buffer;
        std::size_t size = 0;  ///< 0: the end
    };

    void run();

    Source& source_;
    std::array<Piece, pieces> ring_;
    std::size_t filled_ = 0, taken_ = 0;  // counts of pieces since the beginning
    std::size_t offset_ = 0;              // in the piece that is being taken
    bool stopped_ = false;
    std::exception_ptr failure_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::thread thread_;
};

}  // namespace dhow::image
