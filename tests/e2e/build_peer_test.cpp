// The images that dockerd and dhow make of the same Dockerfiles agree: in configuration, in history, in every
// file: its content, mode, owner and link. What its classic builder cannot read, dockerd builds by BuildKit.

#include <atomic>
#include <fstream>
#include <regex>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/daemon.hpp"

namespace dhow::test {
namespace {

/// What stands behind a case's name in brackets.
enum class Kind {
    classic,   ///< nothing: the classic builder's image
    buildkit,  ///< BuildKit's, whose history is told in other words
    fails,     ///< both refuse it
};

struct Case {
    std::string name;
    Kind kind;
    std::string dockerfile;
};

std::vector<Case> corpus() {
    std::vector<Case> cases;
    std::ifstream file(DOCKERFILES);
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("=== ")) {
            auto kind = line.ends_with("[buildkit]") ? Kind::buildkit
                        : line.ends_with("[fails]")  ? Kind::fails
                                                     : Kind::classic;
            cases.push_back({line.substr(4), kind, ""});
        } else if (!cases.empty()) {
            cases.back().dockerfile += line + "\n";
        }
    }
    return cases;
}

constexpr const char* make_context =
    "mkdir -p $C/dir/sub && cd $C && echo file > file && echo '#!/bin/sh' > script && chmod 755 script && "
    "echo a > dir/a && echo b > dir/sub/b && ln -s a dir/link && echo p > dir/private && "
    "chmod 600 dir/private && mkdir -m 700 dir/closed && echo h > hard1 && ln hard1 hard2 && "
    "echo s > 'with blank' && ln -s file soft && ln -s nowhere zero && ln -s dir softdir && "
    "mkdir empty && mkdir x && echo t > x/t && ln -s t x/l && ln x/t x/hard && chmod 640 x/t && "
    "tar cf archive.tar --owner=21 --group=22 --mtime=@1000000000 x && gzip -nk archive.tar && "
    "bzip2 -k archive.tar && xz -k archive.tar && rm -r x && find . -exec touch -h -d @1000000001 {} +";

// The image's layers, one upon the other.
constexpr const char* unpack =
    "mkdir save root && docker save built-$I | tar x -C save && "
    "for layer in $(grep -o '\"Layers\":\\[[^]]*' save/manifest.json | cut -d[ -f2 | tr -d '\"' | tr , ' '); "
    "do "
    "tar tf save/$layer | sed -nE 's,(^|.*/)\\.wh\\.(.+),\\1\\2,p' | while read -r gone; do "
    "case $gone in *.wh..opq) find root/${gone%.wh..opq} -mindepth 1 -delete;; *) rm -rf \"root/$gone\";; "
    "esac; done; "
    "tar x -p --numeric-owner --same-owner --exclude '.wh.*' -f save/$layer -C root; done && cd root && ";

// Every file: what it is, its mode, owner, how many names it has, where it leads to, its size, and its time
// if that was copied; then the contents. Busybox's own links are left out.
constexpr const char* list_files =
    "find . -lname busybox -prune -o -printf '%p %y %m %U:%G %n %l %s %T@\\n' | "
    "sed -E -e 's/^(.* d .*) [0-9]+  [0-9]+ /\\1   /' -e ta -e :a -e 's/ (10000000[0-9.]*)$/ +\\1/' -e tb -e "
    "'s/ [0-9.]+$//' -e :b | sort && find . -type f ! -name busybox -exec sha256sum {} + | sort -k2";

constexpr const char* configuration =
    "{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}\n{{json .Config.Env}}\n{{json .Config.Cmd}}\n"
    "{{json .Config.Entrypoint}}\n{{json .Config.ExposedPorts}}\n{{json .Config.Volumes}}\n"
    "{{.Config.User}}\n{{.Config.WorkingDir}}\n{{.Config.StopSignal}}\n{{json .Config.OnBuild}}\n"
    "{{json .Config.Shell}}\n{{with .Config.Healthcheck}}{{json .}}{{end}}\n"
    "{{.Author}} {{.Os}} {{.Architecture}}";

/// One side of the comparison, with a few builds at the same time.
class Side {
  public:
    Side(Daemon& daemon, bool is_peer) : daemon_(daemon), is_peer_(is_peer) {
        daemon_.import_busybox();
        for (int worker = 0; worker < workers; ++worker)
            expect_success(run(daemon_.sh(make_context).with("C", context(worker))));
    }

    std::vector<std::string> build(const std::vector<Case>& cases) {
        std::vector<std::string> images(cases.size());
        std::atomic<std::size_t> next = 0;
        std::vector<std::thread> threads;
        for (int worker = 0; worker < workers; ++worker)
            threads.emplace_back([&, worker] {
                for (auto i = next++; i < cases.size(); i = next++) images[i] = image_of(cases[i], i, worker);
            });
        for (auto& thread : threads) thread.join();
        return images;
    }

  private:
    static constexpr int workers = 2;

    static std::string context(int worker) { return fmt::format("context{}", worker); }

    std::string image_of(const Case& test, std::size_t index, int worker) {
        auto file = daemon_.work() / context(worker) / "Dockerfile";
        write_file(file, test.dockerfile);
        auto number = std::to_string(worker);
        auto line = [&](const std::string& text) {
            return run(daemon_.sh(text)
                           .with("N", number)
                           .with("I", std::to_string(index))
                           .with("DOCKER_BUILDKIT", "0"));
        };
        bool by_buildkit = is_peer_ && test.kind == Kind::buildkit;
        // Debian's docker speaks to BuildKit without a plugin.
        auto built =
            line(fmt::format("touch -d @1000000001 {0}/Dockerfile; {1} build -q -t built-$I {0}",
                             context(worker), by_buildkit ? "DOCKER_BUILDKIT=1 /usr/bin/docker" : "docker"));
        if (test.kind == Kind::fails) return built.status == 0 ? "built" : "refused";
        if (built.status != 0) return describe(built);
        auto text = line(fmt::format("docker inspect -f '{}' built-$I", configuration)).out;
        if (test.kind == Kind::classic) {
            auto history = line("docker history --no-trunc --format '{{.CreatedBy}} {{.Size}}' built-$I");
            text += std::regex_replace(history.out, std::regex("(file|dir|multi):[0-9a-f]+"), "$1:hash");
        }
        auto files = line("mkdir files$N && cd files$N && " + std::string(unpack) + list_files);
        // BuildKit leaves the folders that stood there for mounts.
        static const std::regex mount_points("\\./(dev|proc|sys) d [^\n]*\n");
        text += std::regex_replace(files.out, mount_points, "") + files.err;
        line("rm -r files$N");  // the image stays: another may be made on its layers just now
        return text;
    }

    Daemon& daemon_;
    bool is_peer_;
};

TEST(BuildPeer, makes_the_same_images) {
    if (auto reason = Dockerd::missing()) GTEST_SKIP() << "not compared with dockerd: " << *reason;
    Host here, there;
    Dhowd dhowd(here);
    Dockerd dockerd(there);
    Side ours(dhowd, false), theirs(dockerd, true);
    auto cases = corpus();
    EXPECT_GE(cases.size(), 150U);
    std::vector<std::string> built, expected;
    std::thread peer([&] { expected = theirs.build(cases); });
    built = ours.build(cases);
    peer.join();
    for (std::size_t i = 0; i < cases.size(); ++i)
        EXPECT_EQ(built[i], expected[i]) << cases[i].name << "\n" << cases[i].dockerfile;
}

}  // namespace
}  // namespace dhow::test
