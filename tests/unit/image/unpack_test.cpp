// Layers' tars: what they become, and what is refused.

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "image/layer/ingest.hpp"
#include "image/layer/recipe.hpp"
#include "unit/image/tar_builder.hpp"
#include "unit/store/temporary.hpp"

namespace dhow::image {
namespace {

using dhow::testing::TarBuilder;
using dhow::testing::TemporaryDirectory;
using dhow::testing::TextOutput;
using dhow::testing::TextSource;
using ::testing::HasSubstr;

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string run(const std::string& command) {
    FILE* pipe = ::popen(command.c_str(), "r");
    std::string output;
    std::array<char, 4096> buffer;
    while (auto count = ::fread(buffer.data(), 1, buffer.size(), pipe)) output.append(buffer.data(), count);
    EXPECT_EQ(::pclose(pipe), 0) << command;
    return output;
}

class Layer : public ::testing::Test {
  protected:
    IngestedLayer ingest(const std::string& tar, Packed packed = Packed::drop,
                         const IngestLimits& limits = {}) {
        TextSource source(tar);
        return ingest_layer(store, source, packed, {}, limits);
    }
    std::filesystem::path diff(const IngestedLayer& layer) {
        return store.layers().diff(layer.pin.layer().id);
    }

    /// The tar must be refused with these words, and nothing of it may stay.
    void expect_refused(const std::string& tar, std::string_view words) {
        std::ofstream(folder / "outside") << "untouched";
        try {
            ingest(tar);
            ADD_FAILURE() << "taken: " << words;
        } catch (const InvalidArgument& error) {
            EXPECT_THAT(error.message(), HasSubstr(words));
        }
        EXPECT_TRUE(std::filesystem::is_empty(folder / "root/layers")) << words;
        EXPECT_TRUE(std::filesystem::is_empty(folder / "root/blobs/ingest")) << words;
        EXPECT_EQ(read_file(folder / "outside"), "untouched");
    }

    TemporaryDirectory folder;
    store::Store store{folder / "root"};
};

TEST_F(Layer, TakesFilesDirectoriesAndLinksWithTheirAttributes) {
    auto layer =
        ingest(TarBuilder()
                   .directory("./", 0711)
                   .directory("d/", 01777)
                   .raw({.name = "d/file", .mode = 04755, .uid = 1000, .gid = 2000, .size = 5, .mtime = 1234},
                        "hello")
                   .hard_link("d/link", "d/file")
                   .symlink("s", "/etc/passwd")
                   .raw({.name = "pipe", .mode = 0600, .type = '6'})
                   .raw({.name = "null", .mode = 0666, .type = '3', .major = 1, .minor = 3})
                   .file("deep/er/than/named", "x")
                   .end());
    auto root = diff(layer);
    struct stat status;
    ASSERT_EQ(::lstat((root / "d/file").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, S_IFREG | 04755U);
    EXPECT_EQ(status.st_uid, 1000U);
    EXPECT_EQ(status.st_gid, 2000U);
    EXPECT_EQ(status.st_mtime, 1234);
    EXPECT_EQ(status.st_nlink, 2U);
    EXPECT_EQ(read_file(root / "d/link"), "hello");
    EXPECT_EQ(std::filesystem::read_symlink(root / "s"), "/etc/passwd");
    ASSERT_EQ(::stat((root / "d").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, S_IFDIR | 01777U);
    EXPECT_EQ(status.st_mtime, 2000);
    ASSERT_EQ(::stat(root.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, S_IFDIR | 0755U) << "the root is not the archive's to change";
    ASSERT_EQ(::stat((root / "null").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, S_IFCHR | 0666U);
    ASSERT_EQ(::stat((root / "deep/er").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, S_IFDIR | 0755U);
    EXPECT_EQ(layer.pin.layer().size, 6);
}

TEST_F(Layer, TakesLongNamesAndAttributesFromPaxAndGnu) {
    std::string name = std::string(150, 'n') + "/" + std::string(200, 'm');
    std::string capability("\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
                           20);
    auto layer = ingest(TarBuilder()
                            .pax({{"path", name},
                                  {"mtime", "1234.5"},
                                  {"uid", "3000000"},
                                  {"SCHILY.xattr.user.a", "b\n=c"},
                                  {"SCHILY.xattr.security.capability", capability}})
                            .file("short", "x")
                            .raw({.name = "././@LongLink", .size = 301, .type = 'L'},
                                 "gnu/" + std::string(200, 'g') + "/" + std::string(95, 'h') + '\0')
                            .file("short", "y")
                            .end());
    auto root = diff(layer);
    EXPECT_EQ(read_file(root / "gnu" / std::string(200, 'g') / std::string(95, 'h')), "y");
    struct stat status;
    ASSERT_EQ(::stat((root / name).c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 3000000U);
    EXPECT_EQ(status.st_mtim.tv_nsec, 500'000'000);
    char value[100];
    EXPECT_EQ(::getxattr((root / name).c_str(), "security.capability", value, sizeof value), 20);
    EXPECT_EQ(std::string(value, 20), capability);
    EXPECT_EQ(::getxattr((root / name).c_str(), "user.a", value, sizeof value), 4);
}

TEST_F(Layer, WhiteoutsBecomeOverlayfss) {
    auto layer = ingest(TarBuilder()
                            .file("d/.wh.gone", "")
                            .file("o/.wh..wh..opq", "")
                            .file("o/new", "x")
                            .file(".wh..wh.aufs", "")
                            .directory("both")
                            .file(".wh.both", "")
                            .file(".wh.later", "")
                            .directory("later")
                            .end());
    auto root = diff(layer);
    struct stat status;
    ASSERT_EQ(::stat((root / "d/gone").c_str(), &status), 0);
    EXPECT_TRUE(S_ISCHR(status.st_mode));
    EXPECT_EQ(status.st_rdev, 0U);
    for (const auto* name : {"o", "both", "later"}) {
        char value[2];
        EXPECT_EQ(::getxattr((root / name).c_str(), "trusted.overlay.opaque", value, sizeof value), 1)
            << name;
        EXPECT_TRUE(std::filesystem::is_directory(root / name));
    }
    EXPECT_FALSE(std::filesystem::exists(root / ".wh..wh.aufs"));
}

TEST_F(Layer, ALaterEntryReplacesAnEarlierOne) {
    auto tar = TarBuilder()
                   .file("a", "first")
                   .file("a", "second")
                   .directory("tree/sub")
                   .file("tree/sub/file", "deep")
                   .symlink("tree", "elsewhere")
                   .directory("kept", 0700)
                   .file("kept/x", "x")
                   .directory("kept", 0750)
                   .file("link", "1")
                   .hard_link("link", "a")
                   .end();
    auto layer = ingest(tar);
    auto root = diff(layer);
    EXPECT_EQ(read_file(root / "a"), "second");
    EXPECT_TRUE(std::filesystem::is_symlink(root / "tree"));
    EXPECT_EQ(read_file(root / "kept/x"), "x");
    EXPECT_EQ(read_file(root / "link"), "second");
    // What was replaced is still there to write the same tar again.
    TextOutput again;
    replay_recipe(store.layers().recipe(layer.pin.layer().id), root, again);
    EXPECT_EQ(again.text, tar);
}

TEST_F(Layer, HostileTarsAreRefusedAndNothingIsLeft) {
    auto outside = (folder / "outside").string();
    expect_refused(TarBuilder().file("../evil", "x").end(), "leads out of it");
    expect_refused(TarBuilder().file("a/../../evil", "x").end(), "leads out of it");
    expect_refused(TarBuilder().file(outside, "x").end(), "absolute name");
    expect_refused(TarBuilder().symlink("s", "../../outside").file("s/evil", "x").end(), "symbolic link");
    expect_refused(TarBuilder().symlink("s", "../../outside").hard_link("h", "s").hard_link("i", "h/x").end(),
                   "hard link");
    expect_refused(TarBuilder().symlink("s", folder.path().string()).file("s/outside", "x").end(),
                   "symbolic link");
    expect_refused(TarBuilder().symlink("s", "/").file("s/a/b/c", "x").end(), "symbolic link");
    expect_refused(TarBuilder().hard_link("h", "../../../outside").end(), "leads out of it");
    expect_refused(TarBuilder().hard_link("h", outside).end(), "absolute name");
    expect_refused(TarBuilder().hard_link("h", "absent").end(), "which it does not hold");
    expect_refused(TarBuilder().symlink("s", folder.path().string()).hard_link("h", "s/outside").end(),
                   "hard link");
    expect_refused(TarBuilder().file("h", "x").hard_link("h", "h").end(), "to itself");
    expect_refused(TarBuilder().directory("d").hard_link("h", "d").end(), "to a directory");
    expect_refused(TarBuilder().file("../.wh.outside", "").end(), "leads out of it");
    expect_refused(TarBuilder().file("d/.wh.", "").end(), "whiteout of nothing");
    expect_refused(TarBuilder().file("d/.wh...", "").end(), "whiteout of nothing");
    expect_refused(TarBuilder().file("d/.wh.x/y", "").end(), "below a whiteout");
    expect_refused(TarBuilder().file("f", "x").file("f/below", "x").end(), "no directory");
    expect_refused(TarBuilder().raw({.name = "w", .type = '3'}).end(), "device 0:0");
    expect_refused(TarBuilder().pax({{"SCHILY.xattr.trusted.overlay.redirect", "/etc"}}).directory("d").end(),
                   "overlayfs");
    expect_refused(TarBuilder().pax({{"path", std::string("a\0b", 3)}}).file("f", "x").end(), "NUL");
    expect_refused(TarBuilder().pax({{"uid", "4294967295"}}).file("f", "x").end(), "out of range");
    expect_refused(TarBuilder().pax({{"uid", "-1"}}).file("f", "x").end(), "no number");
    expect_refused(TarBuilder().file(".", "x").end(), "root that is no directory");
    expect_refused(TarBuilder().file(std::string(90, 'a') + "/", "").raw({.name = "f", .type = 'M'}).end(),
                   "unknown type");
}

TEST_F(Layer, TheTargetOfASymbolicLinkIsText) {
    auto tar = TarBuilder().directory("d").symlink("d/climbs", "../../../../etc").symlink("all", "/").end();
    auto layer = ingest(tar, Packed::drop);
    EXPECT_EQ(std::filesystem::read_symlink(diff(layer) / "d/climbs"), "../../../../etc");
    EXPECT_EQ(std::filesystem::read_symlink(diff(layer) / "all"), "/");
}

TEST_F(Layer, DamagedTarsAreRefusedAndNothingIsLeft) {
    expect_refused(TarBuilder().raw({.name = "f", .size = 5000}, "short").text(), "ends too early");
    expect_refused(TarBuilder().file("f", "content").text().substr(0, 700), "ends too early");
    expect_refused(
        TarBuilder().file("f", "x").text() + std::string(512, '\0') + TarBuilder().file("g", "x").end(),
        "goes on behind its end");
    expect_refused(TarBuilder().pax({{"path", "a"}}).pax({{"path", "b"}}).file("f", "x").end(),
                   "two extension headers");
    expect_refused(TarBuilder().pax({{"path", "a"}}).end(), "extension header without entry");
    expect_refused(TarBuilder().raw({.name = "p", .size = 2 << 20, .type = 'x'}).end(),
                   "extension header of");
    expect_refused(
        TarBuilder().raw({.name = "p", .size = 10, .type = 'x'}, "99 path=a\n").file("f", "").end(),
        "wrong length");
    expect_refused(TarBuilder().raw({.name = "p", .size = 6, .type = 'x'}, "6 pat\n").file("f", "").end(),
                   "without name");
    auto broken = TarBuilder().file("f", "x").end();
    broken[3] = 'X';
    expect_refused(broken, "checksum");
    expect_refused(std::string(2000, 'x'), "tar is damaged");
    expect_refused(
        TarBuilder()
            .pax({{"GNU.sparse.major", "1"}, {"GNU.sparse.minor", "0"}, {"GNU.sparse.realsize", "10"}})
            .file("s", "1\n20\n5\n" + std::string(505, '\0') + "abcde")
            .end(),
        "lies");
    expect_refused(TarBuilder()
                       .pax({{"GNU.sparse.map", "0,5,3,5"}, {"GNU.sparse.size", "100"}})
                       .file("s", "0123456789")
                       .end(),
                   "lies");
}

TEST_F(Layer, BombsAreRefused) {
    IngestLimits limits;
    limits.unpack.bytes = 1000;
    EXPECT_THROW(ingest(TarBuilder().file("f", std::string(2000, 'x')).end(), Packed::drop, limits),
                 InvalidArgument);
    limits = {};
    limits.unpack.entries = 2;
    EXPECT_THROW(ingest(TarBuilder().file("a", "").file("b", "").file("c", "").end(), Packed::drop, limits),
                 InvalidArgument);
    std::string zeros = run("head -c 20000000 /dev/zero | gzip -9");
    limits = {};
    limits.bomb_size = 1 << 20;
    EXPECT_THROW(ingest(zeros, Packed::keep, limits), InvalidArgument);
    EXPECT_TRUE(std::filesystem::is_empty(folder / "root/layers"));
    EXPECT_TRUE(std::filesystem::is_empty(folder / "root/blobs/ingest"));
}

class Packing : public Layer, public ::testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Formats, Packing, ::testing::Values("cat", "gzip", "zstd", "xz", "bzip2"));

TEST_P(Packing, IsTakenOffAndDamageIsNoticed) {
    if (std::string(GetParam()) == "zstd" && ::access("/usr/bin/zstd", X_OK) != 0)
        GTEST_SKIP() << "no zstd command";
    std::string content;
    for (int i = 0; i < 200000; ++i) content += std::to_string(i * 7919 % 10007);
    auto tar = TarBuilder().file("f", content).end();
    std::ofstream(folder / "tar") << tar;
    auto packed = run(std::string(GetParam()) + " < " + (folder / "tar").string());
    {
        auto layer = ingest(packed, Packed::keep);
        EXPECT_EQ(read_file(diff(layer) / "f"), content);
        EXPECT_EQ(layer.pin.layer().diff_id, store::sha256(tar));
        EXPECT_EQ(layer.blob, store::sha256(packed));
        EXPECT_EQ(layer.blob_size, static_cast<std::int64_t>(packed.size()));
        EXPECT_EQ(layer.pin.layer().has_recipe, packed == tar);
    }
    store.collect();
    EXPECT_TRUE(std::filesystem::is_empty(folder / "root/layers"));
    if (packed == tar) return;
    EXPECT_TRUE(std::filesystem::is_empty(folder / "root/blobs/sha256"));
    auto cut = packed.substr(0, packed.size() - 5);
    expect_refused(cut, "ends too early");
    auto damaged = packed;
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
    EXPECT_THROW(ingest(damaged), InvalidArgument);
    EXPECT_TRUE(std::filesystem::is_empty(folder / "root/layers"));
}

TEST_F(Layer, GzipOfSeveralMembersIsOne) {
    auto tar = TarBuilder().file("f", "content").end();
    std::ofstream(folder / "a") << tar.substr(0, 600);
    std::ofstream(folder / "b") << tar.substr(600);
    auto packed = run("cd " + folder.path().string() + " && gzip -c a && gzip -c b");
    EXPECT_EQ(ingest(packed).pin.layer().diff_id, store::sha256(tar));
    EXPECT_EQ(ingest(packed + std::string(512, '\0')).pin.layer().diff_id, store::sha256(tar));
    EXPECT_THROW(ingest(packed + "garbage"), InvalidArgument);
}

TEST_F(Layer, GzipMembersMayEndAnywhereInTheBuffer) {
    // What ISA-L has buffered behind a member's end may come from an earlier piece.
    auto tar = TarBuilder().file("f", std::string(3000, 'y')).end();
    std::ofstream(folder / "a") << tar.substr(0, 600);
    std::ofstream(folder / "b") << tar.substr(600);
    auto packed = run("cd " + folder.path().string() + " && gzip -c a && gzip -c b");
    for (std::size_t piece = 1; piece < 40; ++piece) {
        TextSource source(packed, piece);
        auto plain = decompress(source, Compression::gzip);
        std::string text;
        std::array<std::byte, 1000> buffer;
        while (auto count = plain->read(buffer))
            text.append(reinterpret_cast<const char*>(buffer.data()), count);
        EXPECT_TRUE(text == tar) << piece;
    }
}

/// Everything below a root that must survive, as text.
std::string describe(const std::filesystem::path& root) {
    return run("cd " + root.string() +
               " && find . -mindepth 1 -printf '%p %y %m %U %G %n %s %T@ %l\\n' | sort"
               " && getfattr -R -d -m - . 2>/dev/null | grep -v opaque; find . -type f -print0 | sort -z | "
               "xargs -0 sha256sum");
}

class TarFormats : public Layer, public ::testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Formats, TarFormats,
                         ::testing::Values("--format=pax --xattrs --xattrs-include=*", "--format=gnu -S",
                                           "--format=pax -S --xattrs", "--format=pax -S --sparse-version=0.1",
                                           "--format=pax -S --sparse-version=0.0", "--format=ustar"));

TEST_P(TarFormats, AreReadAsTarDoesAndWrittenAgainByteForByte) {
    std::string options = GetParam();
    auto tree = folder / "tree";
    bool ustar = options.find("ustar") != options.npos;
    run("mkdir -p " + tree.string() + "/d/e && cd " + tree.string() +
        " && echo hello > d/file && chmod 4711 d/file && chown 12:34 d/file && ln d/file d/hard && ln -s "
        "../x d/soft"
        " && mknod d/dev b 7 3 && mkfifo d/pipe && touch -d @1234567 d/e && chmod 1777 d/e && head -c 300000 "
        "/dev/urandom > big" +
        (ustar ? std::string()
               : " && touch $(printf 'n%.0s' $(seq 200)) && truncate -s 50M sparse && echo x | dd of=sparse "
                 "bs=1 seek=30000000 conv=notrunc status=none") +
        (options.find("xattrs") != options.npos
             ? " && setfattr -n user.test -v value d/file && setfattr -n security.capability -v "
               "0sAQAAAgAEAAAAAAAAAAAAAAAAAAA= d/file"
             : ""));
    auto tar = run("tar -C " + tree.string() + " " + options + " -cf - .");
    auto layer = ingest(tar);
    run("mkdir " + (folder / "reference").string());
    std::ofstream(folder / "tar") << tar;
    run("tar -C " + (folder / "reference").string() + " --xattrs --xattrs-include='*' -xpf " +
        (folder / "tar").string());
    EXPECT_EQ(describe(diff(layer)), describe(folder / "reference"));
    TextOutput again;
    replay_recipe(store.layers().recipe(layer.pin.layer().id), diff(layer), again);
    EXPECT_TRUE(again.text == tar);
    if (!ustar) {
        struct stat status;
        ASSERT_EQ(::stat((diff(layer) / "sparse").c_str(), &status), 0);
        EXPECT_EQ(status.st_size, 50 << 20);
        if (options.find("-S") != options.npos) {
            EXPECT_LT(status.st_blocks * 512, 1 << 20);
        }
    }
}

}  // namespace
}  // namespace dhow::image
