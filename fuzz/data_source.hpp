#pragma once
// What the fuzzer gives, as a source of bytes.

#include <algorithm>
#include <cstring>

#include "image/source.hpp"

namespace dhow::fuzz {

class DataSource final : public image::Source {
  public:
    explicit DataSource(image::Bytes data) : data_(data) {}
    std::size_t read(std::span<std::byte> buffer) override {
        auto count = std::min(buffer.size(), data_.size());
        std::memcpy(buffer.data(), data_.data(), count);
        data_ = data_.subspan(count);
        return count;
    }

  private:
    image::Bytes data_;
};

}  // namespace dhow::fuzz
