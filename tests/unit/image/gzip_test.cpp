// gzip streams as every packer writes them, cut into pieces of every size.

#include "image/layer/gzip.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "base/error.hpp"
#include "unit/image/tar_builder.hpp"

namespace dhow::image {
namespace {

using dhow::testing::TextSource;
using ::testing::HasSubstr;

/// Content of all kinds: noise, runs, words, repetitions.
std::string some_content(std::mt19937& random, std::size_t size) {
    std::string content;
    while (content.size() < size) {
        auto count = 1 + random() % 4000;
        switch (random() % 4) {
            case 0:
                while (count-- > 0) content += static_cast<char>(random());
                break;
            case 1:
                content.append(count, static_cast<char>(random()));
                break;
            case 2:
                while (count-- > 0) content += "etaoin shrdlu\n"[random() % 14];
                break;
            default:
                auto begin = content.empty() ? 0 : random() % content.size();
                content += content.substr(begin, count);
        }
    }
    return content;
}

/// A member of zlib's, by any of its levels, strategies and ways to flush.
std::string pack(std::mt19937& random, const std::string& content) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, static_cast<int>(random() % 10), Z_DEFLATED, 31,
                           1 + static_cast<int>(random() % 9), static_cast<int>(random() % 5)),
              Z_OK);
    std::string packed(content.size() * 2 + 100'000, '\0');
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    for (std::size_t at = 0; at < content.size();) {
        auto count = std::min<std::size_t>(1 + random() % 20'000, content.size() - at);
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data() + at));
        stream.avail_in = static_cast<uInt>(count);
        at += count;
        constexpr int flushes[]{Z_NO_FLUSH, Z_NO_FLUSH, Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_BLOCK};
        deflate(&stream, flushes[random() % 6]);
    }
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

std::string unpack(const std::string& packed, std::size_t piece, std::size_t most = 1000) {
    TextSource source(packed, piece);
    Gzip gzip(source);
    std::string text;
    std::vector<std::byte> buffer(most);
    while (auto count = gzip.read(buffer)) text.append(reinterpret_cast<const char*>(buffer.data()), count);
    return text;
}

std::string failure_of(const std::string& packed, std::size_t piece = 5) {
    try {
        unpack(packed, piece);
    } catch (const InvalidArgument& error) {
        return error.message();
    }
    return "";
}

TEST(GzipStream, IsReadAsItWasWrittenInPiecesOfAnySize) {
    for (unsigned seed = 0; seed < 150; ++seed) {
        std::mt19937 random(seed);
        std::string content, packed;
        for (auto members = 1 + random() % 3; members > 0; --members) {
            auto part = some_content(random, random() % 60'000);
            content += part;
            packed += pack(random, part);
        }
        for (auto piece : {1 + random() % 10, 1 + random() % 1000, 1 + random() % 100'000})
            EXPECT_TRUE(unpack(packed, piece, 1 + random() % 50'000) == content)
                << seed << " in pieces of " << piece;
    }
}

TEST(GzipStream, HasAHeaderOfManyParts) {
    std::mt19937 random(1);
    std::string content = "content";
    auto plain = pack(random, content);
    auto body = plain.substr(10);
    auto header = [&](char flags) { return std::string("\x1f\x8b\x08", 3) + flags + plain.substr(4, 6); };
    std::string extra("\3\0abc", 5), text("name\0", 5);
    for (std::size_t piece = 1; piece < 30; ++piece) {
        EXPECT_EQ(unpack(header(4) + extra + body, piece), content);
        EXPECT_EQ(unpack(header(8) + text + body, piece), content);
        EXPECT_EQ(unpack(header(16) + text + body, piece), content);
        EXPECT_EQ(unpack(header(30) + extra + text + text + "xx" + body, piece), content);
    }
    EXPECT_THAT(failure_of(header(32) + body), HasSubstr("unknown flags"));
    EXPECT_THAT(failure_of("\x1f\x8b\x07" + plain.substr(3)), HasSubstr("header"));
}

TEST(GzipStream, ThatIsCutAnywhereIsNoticed) {
    std::mt19937 random(2);
    auto packed = pack(random, some_content(random, 3000));
    for (std::size_t size = 1; size < packed.size(); ++size)
        EXPECT_THAT(failure_of(packed.substr(0, size), 1 + size % 100), HasSubstr("ends too early")) << size;
}

TEST(GzipStream, WhoseSumsAreWrongIsNoticed) {
    std::mt19937 random(3);
    auto packed = pack(random, "content");
    for (std::size_t back = 1; back <= 8; ++back) {
        auto damaged = packed;
        damaged[damaged.size() - back] = static_cast<char>(damaged[damaged.size() - back] + 1);
        EXPECT_THAT(failure_of(damaged), HasSubstr(back > 4 ? "checksum" : "size")) << back;
    }
}

TEST(GzipStream, WithDamageAnywhereDoesNoHarm) {
    std::mt19937 random(4);
    for (int i = 0; i < 3000; ++i) {
        auto packed = pack(random, some_content(random, 2000));
        for (int times = 0; times < 3; ++times)
            packed[10 + random() % (packed.size() - 10)] ^= static_cast<char>(random());
        try {
            unpack(packed, 1 + random() % 1000);
        } catch (const InvalidArgument&) {
        }
    }
}

}  // namespace
}  // namespace dhow::image
