#pragma once
// A writer's output as something to read: a thread of its own writes into a pipe.

#include <functional>
#include <string>
#include <thread>

#include "image/source.hpp"

namespace dhow::image {

class ProducedSource final : public Source {
  public:
    /// `write` runs on the thread; it ends when nobody reads any more, at the latest.
    explicit ProducedSource(std::function<void(Output&)> write);
    ~ProducedSource() override { read_end_.reset(); }

    /// @throws InternalError at the end, when the writer failed
    std::size_t read(std::span<std::byte> buffer) override;

  private:
    UniqueFd read_end_;
    std::string failure_;
    std::jthread writer_;
};

}  // namespace dhow::image
