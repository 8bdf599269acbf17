#include "rpc/framing.hpp"

#include <gtest/gtest.h>

#include "rpc/status.hpp"

namespace dhow::rpc {
namespace {

TEST(Framing, messages_come_back_however_the_bytes_are_cut) {
    std::string bytes = frame("one") + frame("") + frame(std::string(70'000, 'x'));
    for (std::size_t step :
         {std::size_t{1}, std::size_t{4}, std::size_t{5}, std::size_t{1000}, bytes.size()}) {
        MessageReader reader;
        for (std::size_t i = 0; i < bytes.size(); i += step)
            reader.feed(std::string_view(bytes).substr(i, step));
        ASSERT_FALSE(reader.empty());
        EXPECT_EQ(reader.take(), "one");
        EXPECT_EQ(reader.take(), "");
        EXPECT_EQ(reader.take().size(), 70'000U);
        EXPECT_TRUE(reader.empty());
        EXPECT_FALSE(reader.torn());
        EXPECT_EQ(reader.waiting(), 0U);
    }
}

TEST(Framing, a_message_cut_off_is_torn) {
    MessageReader reader;
    reader.feed(frame("message").substr(0, 8));
    EXPECT_TRUE(reader.empty());
    EXPECT_TRUE(reader.torn());
}

TEST(Framing, too_long_and_compressed_messages_are_refused) {
    MessageReader reader;
    EXPECT_THROW(reader.feed(std::string("\0\x7f\xff\xff\xff", 5)), CallFailed);
    MessageReader other;
    EXPECT_THROW(other.feed(std::string("\1\0\0\0\1x", 6)), CallFailed);
}

TEST(Status, messages_survive_the_header) {
    for (const char* text : {"plain", "100% \"quoted\"", "two\nlines", "caf\xc3\xa9"})
        EXPECT_EQ(unescape_message(escape_message(text)), text);
    EXPECT_EQ(escape_message("a\nb%"), "a%0Ab%25");
    EXPECT_EQ(unescape_message("%zz %4"), "%zz %4");
}

}  // namespace
}  // namespace dhow::rpc
