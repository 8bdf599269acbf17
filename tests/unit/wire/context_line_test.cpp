#include "wire/context_line.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dhow::wire::context_line {
namespace {

TEST(ContextLine, entries_come_as_they_went) {
    Entry one{"a/b", 0100644, 5, -1, 7, 9, false, ""};
    Entry two{"link", 0120777, 0, 1'500'000'000'123'456'789, 8, 10, true, "a/b"};
    std::string payload;
    put_entry(payload, one);
    put_entry(payload, two);
    auto entries = read_entries(payload);
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].path, "a/b");
    EXPECT_EQ(entries[0].mode, 0100644U);
    EXPECT_EQ(entries[0].size, 5);
    EXPECT_EQ(entries[0].time, -1);
    EXPECT_FALSE(entries[0].settled);
    EXPECT_EQ(entries[1].inode, 8U);
    EXPECT_EQ(entries[1].changed, 10);
    EXPECT_EQ(entries[1].link, "a/b");
}

TEST(ContextLine, what_is_cut_off_is_refused) {
    std::string payload;
    put_entry(payload, {"file", 0100644, 5, 1, 2, 3, true, ""});
    for (std::size_t size = 1; size < payload.size(); ++size)
        EXPECT_THROW(read_entries(payload.substr(0, size)), InvalidArgument) << size;
    EXPECT_THROW(read_numbers("abc"), InvalidArgument);
    payload.clear();
    put_entry(payload, {"file", 0100644, -5, 1, 2, 3, true, ""});
    EXPECT_THROW(read_entries(payload), InvalidArgument);
}

TEST(ContextLine, frames_of_no_kind_or_without_an_end_are_refused) {
    std::string frame;
    put_frame(frame, Kind::wanted, pack_numbers({1, 2}));
    auto header = read_header(frame);
    EXPECT_EQ(header.kind, Kind::wanted);
    EXPECT_EQ(header.size, 8U);
    EXPECT_THROW(read_header(make_header(Kind::entries, longest_frame + 1)), InvalidArgument);
    EXPECT_THROW(read_header(std::string("\0\1\0\0\0", 5)), InvalidArgument);
    EXPECT_THROW(read_header("{\"pat"), InvalidArgument);
    EXPECT_THROW(read_header("\1"), InvalidArgument);
}

}  // namespace
}  // namespace dhow::wire::context_line
