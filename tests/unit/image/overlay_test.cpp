// Layers as the kernel sees them: mounted by overlayfs, with a container's snapshot on top.

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "image/layer/ingest.hpp"
#include "unit/image/tar_builder.hpp"
#include "unit/store/temporary.hpp"

namespace dhow::image {
namespace {

using dhow::testing::TarBuilder;
using dhow::testing::TemporaryDirectory;
using dhow::testing::TextSource;

/// Runs `body` in a child with mounts of its own. It says what is wrong, or "".
std::string with_mounts(const store::Snapshot& snapshot, const std::function<std::string()>& body) {
    int answer[2];
    EXPECT_EQ(::pipe(answer), 0);
    pid_t child = ::fork();
    if (child == 0) {
        std::string options =
            "upperdir=" + snapshot.upperdir.string() + ",workdir=" + snapshot.workdir.string() + ",lowerdir=";
        for (std::size_t i = 0; i < snapshot.lowerdirs.size(); ++i)
            options += (i == 0 ? "" : ":") + snapshot.lowerdirs[i].string();
        std::string text;
        if (::unshare(CLONE_NEWNS) != 0 ||
            ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("overlay", snapshot.merged.c_str(), "overlay", 0, options.c_str()) != 0)
            text = "mount: " + errno_text(errno);
        else
            text = body();
        (void)!::write(answer[1], text.data(), text.size());
        ::_exit(0);
    }
    ::close(answer[1]);
    char buffer[1000];
    auto count = ::read(answer[0], buffer, sizeof buffer);
    ::close(answer[0]);
    ::waitpid(child, nullptr, 0);
    return {buffer, static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

TEST(Overlay, WhiteoutsAndOpaqueDirectoriesHideWhatIsBelow) {
    TemporaryDirectory folder;
    store::Store store(folder / "root");
    auto ingest = [&](const std::string& tar) {
        TextSource source(tar);
        return ingest_layer(store, source, Packed::drop);
    };
    auto low = ingest(TarBuilder()
                          .directory("./", 0755)
                          .file("a", "low")
                          .file("gone", "x")
                          .directory("d")
                          .file("d/x", "x")
                          .directory("e")
                          .file("e/x", "x")
                          .directory("kept")
                          .file("kept/low", "x")
                          .end());
    auto top = ingest(TarBuilder()
                          .directory("./", 0751)
                          .file("a", "top")
                          .file(".wh.gone", "")
                          .directory("d")
                          .file("d/.wh..wh..opq", "")
                          .file("d/y", "y")
                          .file(".wh.e", "")
                          .directory("kept")
                          .file("kept/top", "x")
                          .end());
    auto snapshot = store.snapshots().prepare("c", {top.pin.layer().id, low.pin.layer().id});
    EXPECT_EQ(with_mounts(snapshot,
                          [&]() -> std::string {
                              auto root = snapshot.merged;
                              std::string content;
                              std::ifstream(root / "a") >> content;
                              if (content != "top") return "a is " + content;
                              for (const auto* name : {"gone", "d/x", "e"})
                                  if (std::filesystem::exists(root / name))
                                      return std::string(name) + " is there";
                              for (const auto* name : {"d/y", "kept/low", "kept/top"})
                                  if (!std::filesystem::exists(root / name))
                                      return std::string(name) + " is not there";
                              struct stat status;
                              ::stat(root.c_str(), &status);
                              return (status.st_mode & 07777) == 0755 ? ""
                                                                      : "the archive changed the root's mode";
                          }),
              "");
    EXPECT_EQ(store.snapshots().usage("c").bytes, 0);
}

}  // namespace
}  // namespace dhow::image
