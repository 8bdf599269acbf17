// What the first bytes of a file say.

#include "tar/compression.hpp"

#include <gtest/gtest.h>

#include "unit/image/tar_builder.hpp"

namespace dhow::tar {
namespace {

Compression of(std::string_view start) { return detect_compression(as_bytes(start)); }
bool is_archive(std::string_view start) { return begins_as_archive(as_bytes(start)); }

TEST(Compression, IsToldByDockersMagicNumbers) {
    EXPECT_EQ(of("\x1f\x8b\x08rest"), Compression::gzip);
    EXPECT_EQ(of("BZh9"), Compression::bzip2);
    EXPECT_EQ(of({"\xfd\x37zXZ\0rest", 10}), Compression::xz);
    EXPECT_EQ(of("\x28\xb5\x2f\xfdrest"), Compression::zstd);
    // Frames to skip may stand first (RFC 8878, 3.1.2).
    EXPECT_EQ(of("\x50\x2a\x4d\x18rest"), Compression::zstd);
    EXPECT_EQ(of("\x5f\x2a\x4d\x18rest"), Compression::zstd);
    EXPECT_EQ(of("\x4f\x2a\x4d\x18rest"), Compression::none);
    // gzip knows one method; the others are none.
    EXPECT_EQ(of("\x1f\x8b\x01"), Compression::none);
    EXPECT_EQ(of({"\xfd\x37zXZ-", 6}), Compression::none);
    for (std::string_view whole : {"\x1f\x8b\x08", "\x28\xb5\x2f\xfd", "BZh"})
        for (std::size_t size = 0; size < whole.size(); ++size)
            EXPECT_EQ(of(whole.substr(0, size)), Compression::none);
}

TEST(Compression, AnArchiveIsPackedOrBeginsWithAHeader) {
    auto tar = dhow::testing::TarBuilder().file("a", "content").text();
    EXPECT_TRUE(is_archive(tar));
    EXPECT_TRUE(is_archive(tar.substr(0, 512)));
    EXPECT_FALSE(is_archive(tar.substr(0, 511)));
    EXPECT_TRUE(is_archive("BZh9"));
    EXPECT_FALSE(is_archive("FROM busybox\n" + std::string(600, '#')));
    EXPECT_FALSE(is_archive(std::string(1024, '\0')));
    // A name more, and the checksum does not fit.
    tar[0] = 'b';
    EXPECT_FALSE(is_archive(tar));
    EXPECT_FALSE(is_archive(""));
}

}  // namespace
}  // namespace dhow::tar
