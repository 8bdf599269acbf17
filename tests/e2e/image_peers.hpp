#pragma once
// The engines that images go around between, each by its command line, and a look at what they made of them.

#include <filesystem>
#include <sstream>
#include <string>

#include "support/daemon.hpp"

namespace dhow::test {

/// An engine by its command line.
class Peer {
  public:
    virtual ~Peer() = default;
    virtual std::string name() const = 0;
    /// Runs `docker LINE` in its own words. @throws InternalError unless it succeeds
    virtual std::string line(const std::string& line) = 0;
    void pull(const std::string& image) { line("pull -q " + image); }
    void push(const std::string& image) { line("push -q " + image); }
    void load(const std::filesystem::path& archive) { line("load -q -i " + archive.native()); }
    /// Hexadecimal digits.
    std::string id(const std::string& image) {
        auto id = line("image inspect -f '{{.Id}}' " + image);
        return id.substr(id.find(':') + 1);
    }
    /// Lower directories of an image, the top first, as overlayfs takes them.
    virtual std::string layers(const std::string& image) = 0;
    /// Whether what it pushes has the digest that it pulled, of an image that `maker` pushed first.
    virtual bool keeps_digest(const std::string& maker) const = 0;
};

/// dhowd or dockerd.
class EnginePeer final : public Peer {
  public:
    EnginePeer(Daemon& daemon, std::string name, Client client)
        : daemon_(daemon), name_(std::move(name)), client_(client) {}
    std::string name() const override { return name_; }
    std::string line(const std::string& line) override { return daemon_.docker_ok(line, client_); }
    std::string layers(const std::string& image) override {
        line("create --name looker " + image + " true");
        auto all = line("inspect -f '{{.GraphDriver.Data.LowerDir}}' looker");
        line("rm looker");
        // What was made for the container alone is gone now.
        std::string layers;
        std::istringstream folders(all);
        for (std::string folder; std::getline(folders, folder, ':');)
            if (std::filesystem::exists(folder)) layers += (layers.empty() ? "" : ":") + folder;
        return layers;
    }
    /// dockerd writes manifests of its own format alone.
    bool keeps_digest(const std::string& maker) const override {
        return name_ != "dockerd" || maker == "dockerd";
    }

  private:
    Daemon& daemon_;
    std::string name_;
    Client client_;
};

class PodmanPeer final : public Peer {
  public:
    PodmanPeer(const Host& host, std::filesystem::path folder) : host_(host), folder_(std::move(folder)) {
        std::filesystem::create_directories(folder_);
        write_file(folder_ / "storage.conf", "[storage]\ndriver = \"overlay\"\nrunroot = \"" +
                                                 (folder_ / "run").native() + "\"\ngraphroot = \"" +
                                                 (folder_ / "root").native() + "\"\n");
        write_file(folder_ / "registries.conf",
                   "[[registry]]\nlocation = \"127.0.0.1:5000\"\ninsecure = true\n");
    }
    ~PodmanPeer() override {
        run(command("rm -af"));
        run(command("rmi -af"));
        // It stays mounted while podman thinks that it is in use.
        run(sh("umount " + (folder_ / "root/overlay").native() + " 2>/dev/null"));
    }
    std::string name() const override { return "podman"; }
    std::string line(const std::string& line) override { return expect_success(run(command(line))).text(); }
    std::string layers(const std::string& image) override {
        auto top = line("image inspect -f '{{.GraphDriver.Data.UpperDir}}' " + image);
        auto lower = line("image inspect -f '{{.GraphDriver.Data.LowerDir}}' " + image);
        return lower == "<no value>" || lower.empty() ? top : top + ":" + lower;
    }
    /// It packs anew.
    bool keeps_digest(const std::string&) const override { return false; }

    static bool is_here() { return std::filesystem::exists("/usr/bin/podman"); }

  private:
    Command command(const std::string& line) const {
        return sh("podman --tmpdir " + folder_.native() + "/tmp --log-level error " + line)
            .on(host_)
            .with("CONTAINERS_STORAGE_CONF", folder_ / "storage.conf")
            .with("CONTAINERS_REGISTRIES_CONF", folder_ / "registries.conf");
    }

    const Host& host_;
    std::filesystem::path folder_;
};

/// All that a file system knows of the files of an image below /x and /www, where a test has put them, and
/// whether /bin/wget, which it has removed, is there.
inline std::string files_of(const std::string& layers) {
    auto listing =
        run(sh("unshare -m bash -ec 'mkdir -p /run/looker; mount -t tmpfs none /run/looker; "
               "mkdir /run/looker/m /run/looker/e; "
               "mount -t overlay overlay -o ro,lowerdir=" +
               layers +
               ":/run/looker/e /run/looker/m; cd /run/looker/m; "
               "find x www bin/wget bin/busybox ! -type d -printf \"%p %y %m %U:%G %n %T@ %l %s\\n\" "
               "2>/dev/null | sort; "
               "find x www -type d -printf \"%p %y %m %U:%G\\n\" | sort; "
               "find x -type b -exec stat -c \"%n %t %T\" {} +; "
               "find x -type f -size +1M -printf \"%p %k\\n\"; "
               "getfattr -R -h -d -m \"^(user|security.capability)\" x; "
               "find x -type f -print0 | sort -z | xargs -0 sha256sum'; rmdir /run/looker 2>/dev/null"));
    return listing.out;
}

}  // namespace dhow::test
