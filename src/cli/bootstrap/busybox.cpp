#include "cli/bootstrap/busybox.hpp"

#include <algorithm>

#include "cli/files.hpp"
#include "tar/writer.hpp"

namespace dhow::cli {

namespace {

constexpr std::string_view passwd =
    "root:x:0:0:root:/root:/bin/sh\n"
    "daemon:x:1:1:daemon:/:/bin/sh\n"
    "bin:x:2:2:bin:/bin:/bin/sh\n";
constexpr std::string_view group = "root:x:0:\ndaemon:x:1:\nbin:x:2:\nusers:x:100:bin\n";
constexpr std::string_view page = "Hello from a container of dhow.\n";

class RootWriter {
  public:
    RootWriter(tar::Output& output, std::int64_t time) : tar_(output) { time_.tv_sec = time; }

    void folder(const std::string& path, std::uint32_t mode = 0755) {
        auto entry = entry_at(path + "/", mode);
        entry.type = tar::TarEntry::Type::directory;
        tar_.file(entry, "");
    }
    void file(const std::string& path, std::string_view content, std::uint32_t mode = 0644) {
        tar_.file(entry_at(path, mode), content);
    }
    void link(const std::string& path, const std::string& target) {
        auto entry = entry_at(path, 0777);
        entry.type = tar::TarEntry::Type::symlink;
        entry.link = target;
        tar_.file(entry, "");
    }
    void finish() { tar_.finish(); }

  private:
    tar::TarEntry entry_at(const std::string& path, std::uint32_t mode) const {
        tar::TarEntry entry;
        entry.path = path;
        entry.mode = mode;
        entry.mtime = time_;
        return entry;
    }

    tar::TarWriter tar_;
    timespec time_{};
};

}  // namespace

void write_busybox_root(const std::string& busybox, const std::vector<std::string>& applets,
                        std::int64_t time, tar::Output& output) {
    auto names = applets;
    std::ranges::sort(names);
    RootWriter root(output, time);
    root.folder("bin");
    root.file("bin/busybox", read_file(busybox), 0755);
    for (const auto& name : names)
        if (name != "busybox" && !name.empty() && name.find('/') == name.npos)
            root.link("bin/" + name, "busybox");
    root.folder("etc");
    root.file("etc/group", group);
    root.file("etc/passwd", passwd);
    root.folder("root", 0700);
    root.folder("tmp", 01777);
    root.folder("www");
    root.file("www/index.html", page);
    root.finish();
}

}  // namespace dhow::cli
