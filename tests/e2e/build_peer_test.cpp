// The images that dockerd's classic builder and dhow make of the same Dockerfiles agree: in configuration, in
// history, in every file, mode, owner and link.

#include <fstream>
#include <regex>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/daemon.hpp"

namespace dhow::test {
namespace {

struct Case {
    std::string name;
    std::string dockerfile;
};

std::vector<Case> corpus() {
    std::vector<Case> cases;
    std::ifstream file(DOCKERFILES);
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("=== "))
            cases.push_back({line.substr(4), ""});
        else if (!cases.empty())
            cases.back().dockerfile += line + "\n";
    }
    return cases;
}

constexpr const char* context =
    "mkdir -p c/dir/sub && cd c && echo file > file && echo '#!/bin/sh' > script && chmod 755 script && "
    "echo a > dir/a && echo b > dir/sub/b && ln -s a dir/link && echo p > dir/private && chmod 600 "
    "dir/private && "
    "echo h > hard1 && ln hard1 hard2 && echo s > 'with blank' && mkdir x && echo t > x/t && chmod 640 x/t "
    "&& "
    "tar cz --owner=21 --group=22 --mtime=@1000000000 -f archive.tar.gz x && rm -r x && "
    "find . -exec touch -h -d @1000000001 {} +";

// Every file of the image: what it is, its mode, owner, size, and where a link leads. The sizes of
// directories and what a container has of its own are left out.
constexpr const char* list_files =
    "sh -c \"find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /etc/hosts -o -path "
    "/etc/hostname -o "
    "-path /etc/resolv.conf -o -path /etc/mtab -o -path /.dockerenv \\) -prune -o \\( -type d -exec stat -c "
    "'%n %f %u:%g' {} + \\) -o "
    "-exec stat -c '%N %f %u:%g %s %h' {} + | sort\"";

std::string image_of(Daemon& daemon, const Case& test) {
    write_file(daemon.work() / "c" / "Dockerfile", test.dockerfile);
    auto built = run(daemon.sh("docker build -q -t built c").with("DOCKER_BUILDKIT", "0"));
    if (built.status != 0) return describe(built);
    std::string text;
    for (const char* field : {"Env", "Cmd", "Entrypoint", "Labels", "ExposedPorts", "Volumes", "User",
                              "WorkingDir", "StopSignal", "OnBuild", "Shell"})
        text +=
            fmt::format("{} {}\n", field,
                        daemon.docker_ok(fmt::format("inspect -f '{{{{json .Config.{}}}}}' built", field)));
    text += daemon.docker("inspect -f '{{with .Config.Healthcheck}}{{json .}}{{end}}' built").text() + "\n";
    text += daemon.docker_ok("inspect -f '{{.Author}} {{.Os}} {{.Architecture}}' built") + "\n";
    auto history = daemon.docker_ok("history --no-trunc --format '{{.CreatedBy}} {{.Size}}' built");
    text += std::regex_replace(history, std::regex("(file|dir|multi):[0-9a-f]+"), "$1:hash") + "\n";
    auto container = daemon.docker("run --rm -u 0 --entrypoint '' built " + std::string(list_files));
    // An image without a shell is looked at from one that has.
    if (container.status == 0) text += container.out;
    daemon.docker("rmi -f built");
    return text;
}

TEST(BuildPeer, makes_the_same_images) {
    if (auto reason = Dockerd::missing()) GTEST_SKIP() << "not compared with dockerd: " << *reason;
    Host here, there;
    Dhowd dhowd(here);
    Dockerd dockerd(there);
    for (Daemon* daemon : {static_cast<Daemon*>(&dhowd), static_cast<Daemon*>(&dockerd)}) {
        daemon->import_busybox();
        expect_success(run(daemon->sh(context)));
    }
    auto cases = corpus();
    EXPECT_GE(cases.size(), 40U);
    for (const auto& test : cases) EXPECT_EQ(image_of(dhowd, test), image_of(dockerd, test)) << test.name;
}

}  // namespace
}  // namespace dhow::test
