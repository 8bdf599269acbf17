// Tars go into folders that are there already, and out of them again.

#include "tar/extract.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "support/shell.hpp"
#include "tar/tree_writer.hpp"
#include "unit/image/tar_builder.hpp"
#include "unit/store/temporary.hpp"

namespace dhow::tar {
namespace {

using dhow::testing::TarBuilder;
using dhow::testing::TemporaryDirectory;
using dhow::testing::TextOutput;
using dhow::testing::TextSource;
using ::testing::HasSubstr;

class Extract : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_EQ(
            ::system(("mkdir -p " + (folder / "root/to").string() + " " + (folder / "outside").string() +
                      " && echo safe >" + (folder / "outside/file").string())
                         .c_str()),
            0);
        root.reset(::open((folder / "root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    }
    void extract_tar(const std::string& text, const ExtractOptions& options = {}) {
        TextSource source(text);
        TarReader reader(source);
        extract(reader, root.get(), "to", options);
    }
    std::string read(const std::string& path) const { return test::read_file(folder / "root" / path); }
    std::string outside() const { return test::read_file(folder / "outside/file"); }
    bool exists(const std::string& path) const {
        struct stat status;
        return ::lstat((folder / "root" / path).c_str(), &status) == 0;
    }
    void shell(const std::string& line) const {
        ASSERT_EQ(::system(("cd " + (folder / "root").string() + " && " + line).c_str()), 0);
    }

    TemporaryDirectory folder;
    UniqueFd root;
};

TEST_F(Extract, AddsToFoldersAndReplacesFiles) {
    shell("mkdir to/d && echo old >to/d/file && echo kept >to/d/kept");
    extract_tar(TarBuilder()
                    .directory("d/", 0750)
                    .file("d/file", "new")
                    .hard_link("d/hard", "d/file")
                    .symlink("d/soft", "file")
                    .end());
    EXPECT_EQ(read("to/d/file"), "new");
    EXPECT_EQ(read("to/d/hard"), "new");
    EXPECT_EQ(read("to/d/soft"), "new");
    EXPECT_EQ(read("to/d/kept"), "kept\n");
    struct stat status;
    ASSERT_EQ(::stat((folder / "root/to/d").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0750U);
    EXPECT_EQ(status.st_mtim.tv_sec, 2000);
}

TEST_F(Extract, NeverLeavesTheRootThroughLinks) {
    auto outside_path = (folder / "outside").string();
    shell("mkdir -p outside ." + outside_path + " && ln -s " + outside_path +
          " to/absolute && ln -s ../../outside to/climbing");
    extract_tar(TarBuilder().file("absolute/file", "x").file("climbing/file", "y").end());
    EXPECT_EQ(outside(), "safe\n");
    EXPECT_TRUE(exists("." + outside_path + "/file")) << "an absolute link means the root's own";
    EXPECT_TRUE(exists("outside/file"));
    extract_tar(TarBuilder().symlink("made", outside_path).file("made/file", "z").end());
    EXPECT_EQ(outside(), "safe\n");
    EXPECT_THROW(extract_tar(TarBuilder().hard_link("hard", "made/../../../outside/nosuch").end()), Error);
    EXPECT_EQ(outside(), "safe\n");
}

TEST_F(Extract, RefusesNamesThatLeadOut) {
    for (const auto* name : {"../x", "a/../../x", ".."})
        EXPECT_THROW(extract_tar(TarBuilder().file(name, "x").end()), InvalidArgument) << name;
    EXPECT_FALSE(exists("x"));
    extract_tar(TarBuilder().file("/absolute", "is below the folder").end());
    EXPECT_EQ(read("to/absolute"), "is below the folder");
}

TEST_F(Extract, KeepsKindsWhenAsked) {
    shell("mkdir to/folder && echo x >to/file && echo y >to/folder/inner");
    ExtractOptions options;
    options.keeps_kinds = true;
    try {
        extract_tar(TarBuilder().file("folder", "x").end(), options);
        FAIL();
    } catch (const InvalidArgument& error) {
        EXPECT_THAT(error.message(),
                    HasSubstr("cannot overwrite directory \"/to/folder\" with non-directory"));
    }
    EXPECT_THROW(extract_tar(TarBuilder().directory("file/").end(), options), InvalidArgument);
    EXPECT_TRUE(exists("to/folder/inner"));
    extract_tar(TarBuilder().file("folder", "now a file").directory("file/").file("file/x", "").end());
    EXPECT_EQ(read("to/folder"), "now a file");
    EXPECT_TRUE(exists("to/file/x"));
}

TEST_F(Extract, GivesOwnersAndNames) {
    ExtractOptions options;
    options.owner = {33, 34};
    options.rename = [](const std::string& path) { return "new" + path.substr(3); };
    extract_tar(TarBuilder().directory("old/").file("old/a", "x").hard_link("old/b", "old/a").end(), options);
    struct stat status;
    ASSERT_EQ(::stat((folder / "root/to/new/b").c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 33U);
    EXPECT_EQ(status.st_gid, 34U);
    EXPECT_EQ(status.st_nlink, 2U);
}

TEST_F(Extract, TakesBackWhatATreeWriterWrote) {
    shell(
        "mkdir -p from/d/e && cd from && echo hello >d/file && chown 5:6 d/file && chmod 4755 d/file && ln "
        "d/file "
        "hard && ln -s x soft && mkfifo d/pipe && mknod d/dev b 7 3 && setfattr -n user.a -v b d/file && "
        "truncate "
        "-s 1M d/sparse && find . -exec touch -h -d @1234567890 {} +");
    auto from = UniqueFd(::open((folder / "root/from").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    TextOutput output;
    TreeOptions options;
    options.prefix = "name/";
    TreeWriter writer(output, std::move(options));
    writer.folder(from.get());
    writer.finish();
    extract_tar(output.text);
    shell(
        "(cd from && find . -printf '%p %y %m %U %G %n %T@ %l %s\\n' | grep -v ' d ' | sort) >one && (cd "
        "to/name && "
        "find . -printf '%p %y %m %U %G %n %T@ %l %s\\n' | grep -v ' d ' | sort) >two && cmp one two && "
        "getfattr "
        "-n user.a to/name/d/file >/dev/null");
}

TEST_F(Extract, AFileInUseIsFilledUpOrCut) {
    shell("mkdir from && truncate -s 3M from/file");
    auto from = UniqueFd(::open((folder / "root/from").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    /// Cuts the file when its first bytes were read.
    class Cutter final : public Output {
      public:
        explicit Cutter(std::filesystem::path file) : file_(std::move(file)) {}
        void write(Bytes bytes) override {
            output.write(bytes);
            if (bytes.size() > 1000 && ::truncate(file_.c_str(), 300'000) != 0)
                throw InternalError("truncate");
        }
        TextOutput output;

      private:
        std::filesystem::path file_;
    };
    for (bool in_use : {false, true}) {
        shell("truncate -s 3M from/file");
        Cutter cutter(folder / "root/from/file");
        TreeOptions options;
        options.in_use = in_use;
        TreeWriter writer(cutter, std::move(options));
        if (in_use) {
            EXPECT_NO_THROW(writer.contents(from.get()));
            writer.finish();
            extract_tar(cutter.output.text);
            EXPECT_EQ(std::filesystem::file_size(folder / "root/to/file"), 3U << 20);
        } else {
            EXPECT_THROW(writer.contents(from.get()), InternalError);
        }
    }
}

}  // namespace
}  // namespace dhow::tar
