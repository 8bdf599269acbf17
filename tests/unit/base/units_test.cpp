#include "base/units.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dhow {

using namespace std::chrono_literals;

TEST(Size, ReadsSuffixesOfAnyCase) {
    EXPECT_EQ(parse_size("300M"), 300LL << 20);
    EXPECT_EQ(parse_size("1.5g"), 3LL << 29);
    EXPECT_EQ(parse_size("64kb"), 64LL << 10);
    EXPECT_EQ(parse_size("2GiB"), 2LL << 30);
    EXPECT_EQ(parse_size("512"), 512);
    EXPECT_EQ(parse_size("7b"), 7);
}

TEST(Size, RefusesWhatIsNoSize) {
    for (auto text : {"", "m", "-1m", "1x", "1 2", "99999999999t"})
        EXPECT_THROW(parse_size(text), InvalidArgument) << text;
}

TEST(Size, PrintsAsDockerDoes) {
    EXPECT_EQ(human_size(4261502), "4.262MB");
    EXPECT_EQ(human_size(0), "0B");
    EXPECT_EQ(human_size_binary(1472200000.0), "1.371GiB");
}

TEST(Duration, ReadsAndWritesAsGoDoes) {
    EXPECT_EQ(parse_duration("1h30m"), 90min);
    EXPECT_EQ(parse_duration("-1.5s"), -1500ms);
    EXPECT_EQ(format_duration(90min), "1h30m0s");
    EXPECT_EQ(format_duration(1500ms), "1.5s");
    EXPECT_EQ(format_duration(250us), "250\u00b5s");
    EXPECT_THROW(parse_duration("5"), InvalidArgument);
    EXPECT_THROW(parse_duration("s"), InvalidArgument);
}

TEST(Timestamp, SurvivesTextInAnyOffset) {
    auto time = parse_timestamp("2024-05-01T14:00:00.5+02:00");
    EXPECT_EQ(format_timestamp(time), "2024-05-01T12:00:00.5Z");
    EXPECT_EQ(format_timestamp_fixed(time), "2024-05-01T12:00:00.500000000Z");
    EXPECT_EQ(format_timestamp(Timestamp{}), "0001-01-01T00:00:00Z");
    EXPECT_EQ(parse_timestamp("0001-01-01T00:00:00Z"), Timestamp{});
}

}  // namespace dhow
