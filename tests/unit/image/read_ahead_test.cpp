#include "image/read_ahead.hpp"

#include <atomic>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "unit/image/tar_builder.hpp"

namespace dhow::image {
namespace {

using dhow::testing::TextSource;

std::string read_all(Source& source, std::size_t most) {
    std::string text;
    std::vector<std::byte> buffer(most);
    while (auto count = source.read(buffer)) text.append(reinterpret_cast<const char*>(buffer.data()), count);
    return text;
}

std::string numbers() {
    std::string text;
    for (int i = 0; i < 300'000; ++i) text += std::to_string(i);
    return text;
}

TEST(ReadAheadOf, ASourceGivesItsBytesInOrder) {
    for (std::size_t piece : {1000, 70'000, 1'000'000})
        for (std::size_t most : {1000, 65'537, 1'000'000}) {
            TextSource source(numbers(), piece);
            ReadAhead ahead(source);
            EXPECT_TRUE(read_all(ahead, most) == numbers());
            std::byte more[10];
            EXPECT_EQ(ahead.read(more), 0u) << "the end stays the end";
        }
}

TEST(ReadAheadOf, AnEmptySourceIsEmpty) {
    TextSource source("");
    ReadAhead ahead(source);
    EXPECT_EQ(read_all(ahead, 10), "");
}

/// Gives some bytes, then fails.
class Failing final : public Source {
  public:
    std::size_t read(std::span<std::byte> buffer) override {
        if (reads_++ == 3) throw InvalidArgument("broken");
        buffer[0] = std::byte{'x'};
        return 1;
    }

  private:
    int reads_ = 0;
};

TEST(ReadAheadOf, AFailingSourceFailsBehindItsBytes) {
    Failing source;
    ReadAhead ahead(source);
    std::byte buffer[10];
    for (int i = 0; i < 3; ++i) EXPECT_EQ(ahead.read(buffer), 1u);
    EXPECT_THROW(ahead.read(buffer), InvalidArgument);
    EXPECT_THROW(ahead.read(buffer), InvalidArgument);
}

/// Has no end.
class Endless final : public Source {
  public:
    std::size_t read(std::span<std::byte> buffer) override {
        ++reads;
        return buffer.size();
    }
    std::atomic<int> reads = 0;
};

TEST(ReadAheadOf, ASourceWithoutEndStopsWithItsReader) {
    Endless source;
    {
        ReadAhead ahead(source);
        std::byte buffer[10];
        EXPECT_EQ(ahead.read(buffer), 10u);
    }
    EXPECT_LT(source.reads, 10);
}

}  // namespace
}  // namespace dhow::image
