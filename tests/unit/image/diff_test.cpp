// An upper directory becomes a tar, and that a layer again.

#include "image/layer/diff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/xattr.h>

#include "base/error.hpp"
#include "image/layer/ingest.hpp"
#include "unit/image/tar_builder.hpp"
#include "unit/store/temporary.hpp"

namespace dhow::image {
namespace {

using dhow::testing::TemporaryDirectory;
using dhow::testing::TextOutput;
using dhow::testing::TextSource;

std::string describe(const std::filesystem::path& root) {
    std::string command =
        "cd " + root.string() +
        " && find . -mindepth 1 ! -type s ! -type c -printf '%p %y %m %U %G %n %T@ %l\\n' | sort && "
        "getfattr -R -h -d -m - . "
        "2>/dev/null; find . -type c -exec stat -c '%n %t %T' {} + | sort; find . -type f "
        "-print0 | sort -z | xargs "
        "-0 sha256sum";
    FILE* pipe = ::popen(command.c_str(), "r");
    std::string output;
    std::array<char, 4096> buffer;
    while (auto count = ::fread(buffer.data(), 1, buffer.size(), pipe)) output.append(buffer.data(), count);
    EXPECT_EQ(::pclose(pipe), 0);
    return output;
}

TEST(Diff, OfAnUpperDirectoryUnpacksToTheSameTree) {
    TemporaryDirectory folder;
    store::Store store(folder / "root");
    auto upper = folder / "upper";
    std::string command = "mkdir -p " + upper.string() + "/d/e && cd " + upper.string() +
                          " && echo hello > d/file && chown 3000000:5 d/file && chmod 4755 d/file && ln "
                          "d/file d/hard && ln -s /etc/x d/soft && mknod d/dev b 7 3"
                          " && mkfifo d/pipe && mknod d/gone c 0 0 && setfattr -n trusted.overlay.opaque -v "
                          "y d/e && touch d/e/new"
                          " && setfattr -n user.a -v b d/file && mkdir -p long/$(printf 'n%.0s' $(seq 120)) "
                          "&& touch long/$(printf 'n%.0s' $(seq 120))/x"
                          " && find . -exec touch -h -d @1234567890 {} +";
    ASSERT_EQ(::system(command.c_str()), 0);
    TextOutput first, second;
    write_diff(upper, first);
    write_diff(upper, second);
    EXPECT_EQ(first.text, second.text);
    ASSERT_EQ(::setxattr((upper / "d").c_str(), "trusted.overlay.impure", "y", 1, 0), 0);
    TextOutput third;
    write_diff(upper, third);
    EXPECT_EQ(first.text, third.text) << "overlayfs's own notes are not the container's";
    ::removexattr((upper / "d").c_str(), "trusted.overlay.impure");

    TextSource source(first.text);
    auto layer = ingest_layer(store, source, Packed::drop);
    EXPECT_EQ(describe(store.layers().diff(layer.pin.layer().id)), describe(upper));
}

}  // namespace
}  // namespace dhow::image
