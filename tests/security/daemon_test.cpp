// Attacks on the daemon itself: on its memory, its log, and what it takes from images and requests for orders
// of its own. The advisory that each comes from stands beside it.

#include <sys/stat.h>

#include "security/attack.hpp"

namespace dhow::test {
namespace {

namespace fs = std::filesystem;

class DaemonUnderAttack : public Attack {
  protected:
    /// Resident memory of the daemon and of its shims, in KiB.
    static long memory() {
        auto pids = fmt::format("{} $(pgrep -P {})", daemon().pid(), daemon().pid());
        return std::stol(
            run(sh(fmt::format("for p in {}; do cat /proc/$p/status; done 2>/dev/null | awk '/^VmRSS/ "
                               "{{ sum += $2 }} END {{ print sum }}'",
                               pids)))
                .text());
    }
};

TEST_F(DaemonUnderAttack, archives_are_unpacked_by_no_program_of_the_container) {  // CVE-2026-41567
    ASSERT_EQ(
        make_image("evil",
                   "for f in tar gzip gunzip pigz unpigz xz unxz zstd unzstd bzip2 bunzip2; do for d in bin "
                   "usr/bin; do mkdir -p $d; rm -f $d/$f; printf '#!/bin/sh\\ntouch /ran\\nexec cat\\n' "
                   ">$d/$f; chmod 755 $d/$f; done; done"),
        0);
    docker("run -d --name box evil sleep 1000");
    write_file(daemon().work() / "file", "content");
    for (auto packer : {"gzip", "xz", "zstd", "bzip2"}) {
        run(daemon().sh("docker exec box rm -f /tmp/file"));
        expect_success(run(daemon().sh(fmt::format("tar -c file | {} | docker cp - box:/tmp", packer))));
        EXPECT_EQ(docker("exec box cat /tmp/file"), "content") << packer;
    }
    EXPECT_NE(daemon().docker("exec box test -e /ran").status, 0);
    EXPECT_FALSE(fs::exists("/ran"));
    docker("rm -f box");
    docker("rmi evil");
}

TEST_F(DaemonUnderAttack, links_where_its_own_files_go_lead_nowhere) {  // CVE-2024-5154
    auto folder = sentinel();
    ASSERT_EQ(
        make_image("linked",
                   fmt::format("mkdir -p etc; for f in hosts hostname resolv.conf mtab; do rm -f etc/$f; "
                               "ln -s {}/secret etc/$f; done; rm -rf dev proc sys; ln -s {} "
                               "dev",
                               folder.native(), folder.native())),
        0);
    // Whether it starts or is refused: nothing is written where the links lead.
    daemon().docker("run --rm linked true");
    daemon().docker("run --rm -v /etc/hostname:/etc/mtab linked true");
    expect_sentinel_untouched();
    docker("rmi linked");
}

TEST_F(DaemonUnderAttack, processors_beyond_all_counting_are_refused) {  // CVE-2018-20699
    for (auto list :
         {"0-4294967296", "9223372036854775807", "0-99999999999999999999", "1,4294967295", "-1"}) {
        auto result = daemon().docker(fmt::format("run --rm --cpuset-cpus={} busybox true", list));
        EXPECT_EQ(result.status, 125) << describe(result);
    }
    EXPECT_EQ(docker("run --rm busybox echo fine"), "fine");
}

// CVE-2019-14891, CVE-2022-1708, CVE-2022-23471, CVE-2022-31030, CVE-2025-64329
TEST_F(DaemonUnderAttack, output_that_nobody_reads_is_not_kept_in_memory) {
    docker("run -d --name box --log-driver none busybox yes");
    auto before = memory();
    std::vector<Process> clients;
    for (auto line : {"attach box", "exec box yes", "exec -t box yes", "logs -f box"})
        for (int i = 0; i < 3; ++i)
            clients.emplace_back(daemon().sh(fmt::format("docker {} | sleep 1000", line)), "", "");
    EXPECT_FALSE(eventually([&] { return memory() > before + (16 << 10); }, 4s))
        << "KiB more: " << memory() - before;
    EXPECT_EQ(docker("run --rm busybox echo fine"), "fine");
}

TEST_F(DaemonUnderAttack, windows_that_change_without_end_cost_nothing) {  // CVE-2022-23471
    docker("run -d -t --name box busybox sleep 1000");
    auto resize = [&](int count) {
        auto url = fmt::format("http://d/containers/box/resize?h=[1-{}]&w=80", count);
        expect_success(run(daemon().sh(fmt::format("curl -sf --unix-socket {} -X POST '{}' -o /dev/null",
                                                   daemon().socket().native(), url))));
    };
    resize(50);
    auto before = memory();
    resize(2000);
    EXPECT_LT(memory(), before + 2048);
}

TEST_F(DaemonUnderAttack, secrets_are_not_written_into_its_log) {  // CVE-2019-13509, CVE-2021-21334
    Host place;
    Dhowd loud(place, {"--debug"});
    loud.start();
    loud.import_busybox();
    auto folder = loud.work() / "configuration";
    fs::create_directories(folder);
    // "user:of-the-user"
    write_file(folder / "config.json", R"({"auths":{"127.0.0.1:9":{"auth":"dXNlcjpvZi10aGUtdXNlcg=="}}})");
    loud.docker_ok("run --rm -e PASSWORD=of-the-user busybox true");
    run(loud.sh("DOCKER_CONFIG=" + folder.native() + " docker pull 127.0.0.1:9/image"));
    write_file(loud.work() / "Dockerfile", "FROM busybox\nARG password\nRUN true\n");
    run(loud.sh("DOCKER_BUILDKIT=0 docker build --build-arg password=of-the-user ."));
    EXPECT_EQ(loud.log().find("of-the-user"), std::string::npos);
    EXPECT_EQ(loud.log().find("dXNlcjpvZi10aGUtdXNlcg"), std::string::npos);
}

// CVE-2023-6476, CVE-2024-3154, CVE-2026-53488
TEST_F(DaemonUnderAttack, annotations_and_labels_are_no_orders) {
    auto folder = sentinel();
    for (auto name :
         {"dhow.overlay.lowerdirs", "dhow.overlay.upperdir", "dhow.overlay.options", "dhow.home"}) {
        auto result =
            daemon().docker(fmt::format("run --rm --annotation {}={} busybox true", name, folder.native()));
        EXPECT_EQ(result.status, 125) << describe(result);
        EXPECT_NE(result.err.find(name), std::string::npos) << describe(result);
    }
    auto labels = fmt::format("LABEL dhow.overlay.lowerdirs={} dhow.overlay.options=x", folder.native());
    ASSERT_EQ(make_image("labelled", "true", "-c '" + labels + "'"), 0);
    EXPECT_EQ(docker("run --rm labelled echo fine"), "fine");
    expect_sentinel_untouched();
    docker("rmi labelled");
}

// CVE-2025-0750
TEST_F(DaemonUnderAttack, names_and_ids_do_not_climb_out_of_its_folders) {
    for (auto line : {"run --rm --name ../../../tmp/x busybox true", "run --rm --name .. busybox true",
                      "volume create ../../x", "network create ../../x", "logs ../../../etc",
                      "inspect ../../../etc/hostname"}) {
        auto result = daemon().docker(line);
        EXPECT_NE(result.status, 0) << describe(result);
    }
    auto raw =
        fmt::format("curl -s --path-as-is --unix-socket {} http://d/containers/..%2F..%2F..%2Fetc/json",
                    daemon().socket().native());
    EXPECT_NE(run(daemon().sh(raw)).out.find("No such container"), std::string::npos);
}

}  // namespace
}  // namespace dhow::test
