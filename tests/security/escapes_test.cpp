// Attacks that worked on other container platforms, as harmless probes: a sentinel on the host stays as it
// is. The advisory that each comes from stands beside it.

#include <iostream>

#include <fmt/format.h>
#include <sys/stat.h>

#include "security/attack.hpp"

namespace dhow::test {
namespace {

namespace fs = std::filesystem;

using Escapes = Attack;

TEST_F(Escapes, working_directory_through_a_leaked_descriptor) {  // CVE-2024-21626
    auto folder = sentinel();
    for (int fd = 3; fd < 24; ++fd) {
        auto result = daemon().docker(fmt::format(
            "run --rm -w /proc/self/fd/{} busybox cat ../../../../../..{}/secret", fd, folder.native()));
        EXPECT_NE(result.status, 0) << describe(result);
        EXPECT_EQ(result.out, "");
    }
    docker("run -d --name box busybox sleep 1000");
    for (int fd = 3; fd < 24; ++fd) {
        auto result = daemon().docker(
            fmt::format("exec -w /proc/self/fd/{} box cat ../../../../../..{}/secret", fd, folder.native()));
        EXPECT_NE(result.status, 0) << describe(result);
    }
}

TEST_F(Escapes, no_descriptor_but_the_standard_streams) {  // CVE-2024-21626, CVE-2016-9962
    // ls has one of its own: the folder that it reads.
    EXPECT_EQ(docker("run --rm busybox ls /proc/self/fd"), "0\n1\n2\n3");
    docker("run -d --name box busybox sleep 1000");
    EXPECT_EQ(docker("exec box ls /proc/self/fd"), "0\n1\n2\n3");
    EXPECT_EQ(docker("exec box ls /proc/1/fd"), "0\n1\n2");
}

TEST_F(Escapes, the_runtime_cannot_be_overwritten) {  // CVE-2019-5736
    auto checksum = [] { return run(sh("sha256sum " + Dhowd::program("dhow-runtime").native())).text(); };
    auto before = checksum();
    ASSERT_EQ(make_image("evil", "printf '#!/proc/self/exe\\n' >bin/evil && chmod 755 bin/evil"), 0);
    daemon().docker("run --rm evil /bin/evil");
    docker("run -d --name box evil sleep 1000");
    Process watcher(
        daemon().sh(
            "docker exec box sh -c 'while :; do for p in /proc/[0-9]*; do echo x >>$p/exe; done; done'"),
        "", "");
    for (int i = 0; i < 20; ++i) daemon().docker("exec box /bin/evil");
    EXPECT_EQ(checksum(), before);
    docker("rm -f box && docker rmi evil");
}

TEST_F(Escapes, proc_and_sys_that_are_links_in_the_image) {  // CVE-2023-28642, CVE-2019-19921, CVE-2025-54867
    auto folder = sentinel();
    for (auto name : {"proc", "sys", "dev"}) {
        ASSERT_EQ(make_image("linked", fmt::format("ln -s {} {}", folder.native(), name)), 0);
        auto result =
            daemon().docker("run --rm linked sh -c 'readlink /proc/self; ls /proc/self/ns | head -1'");
        if (result.status == 0) {
            EXPECT_NE(result.out.find("cgroup"), std::string::npos) << describe(result);
        }
        expect_sentinel_untouched();
        docker("rmi linked");
    }
}

TEST_F(Escapes,
       mount_targets_and_directories_through_links) {  // CVE-2021-30465, CVE-2026-55686, CVE-2024-45310
    auto folder = sentinel();
    auto climbs = "../../../../../../.." + folder.native();
    ASSERT_EQ(make_image("linked", "ln -s " + folder.native() + " out; ln -s " + climbs + " up"), 0);
    // A container can make any link, where the next one on the same volume meets it.
    docker("run --rm -v vol:/v busybox sh -c 'ln -s " + folder.native() + " /v/out; ln -s " + climbs +
           " /v/up'");
    for (auto place :
         {"/out/made", "/out", "/up/made", "/up", "/v/out/made", "/v/up/made", "/v/out", "/v/up"}) {
        daemon().docker(fmt::format("run --rm -v vol:/v -w {} linked true", place));
        daemon().docker(
            fmt::format("run --rm -v vol:/v -v other:{}/deep linked touch {}/deep/x", place, place));
        daemon().docker(fmt::format("run --rm -v vol:/v --tmpfs {} linked touch {}/x", place, place));
        expect_sentinel_untouched();
    }
    docker("rmi linked");
}

TEST_F(Escapes, mount_targets_that_are_swapped_for_links_meanwhile) {  // CVE-2021-30465, CVE-2024-45310
    auto folder = sentinel();
    docker("run -d --name swaps -v vol:/v busybox sh -c 'cd /v; while :; do mkdir x; rmdir x; ln -s " +
           folder.native() + " x; rm x; done 2>/dev/null'");
    for (int i = 0; i < 10; ++i) {
        daemon().docker("run --rm -v vol:/v -v other:/v/x/deep busybox touch /v/x/deep/y");
        daemon().docker("run --rm -v vol:/v -w /v/x/made busybox touch y");
        expect_sentinel_untouched();
    }
}

TEST_F(Escapes, volumes_of_an_image_that_climb) {  // CVE-2022-23648
    auto folder = sentinel();
    auto status =
        make_image("climbs", "true", fmt::format("-c 'VOLUME /../../../../../..{}'", folder.native()));
    if (status == 0) {
        auto result = daemon().docker(fmt::format("run --rm climbs cat {}/secret", folder.native()));
        EXPECT_EQ(result.out, "") << describe(result);
        docker("rmi climbs");
    }
    expect_sentinel_untouched();
}

TEST_F(Escapes, archives_that_climb) {  // CVE-2020-10696 and all its kin
    auto folder = sentinel();
    auto archive = (daemon().work() / "climbs.tar").native();
    auto script = fmt::format(R"py(
import io, tarfile
t = tarfile.open("{1}", "w")
def file(name):
    i = tarfile.TarInfo(name); i.size = 4; t.addfile(i, io.BytesIO(b"evil"))
def link(name, to, kind):
    i = tarfile.TarInfo(name); i.type = kind; i.linkname = to; t.addfile(i)
file("../../../../../../../../../../..{0}/dots")
file("{0}/absolute")
link("out", "{0}", tarfile.SYMTYPE); file("out/through_link")
link("up", "../../../../../../../../../..{0}", tarfile.SYMTYPE); file("up/through_relative_link")
link("hard", "../../../../../../../../../../..{0}/secret", tarfile.LNKTYPE)
link("hard2", "out/secret", tarfile.LNKTYPE); file("hard2")
t.close())py",
                              folder.native(), archive);
    expect_success(run(program({"python3", "-c", script})));
    daemon().docker("import " + archive + " climbs:1");
    expect_sentinel_untouched();
    struct stat status{};
    ASSERT_EQ(::stat((folder / "secret").c_str(), &status), 0);
    EXPECT_EQ(status.st_nlink, 1u);
    daemon().docker("rmi -f climbs:1");
}

TEST_F(Escapes, copies_through_links_that_are_swapped_meanwhile) {  // CVE-2018-15664, CVE-2019-18466
    auto folder = sentinel();
    docker(
        "run -d --name box busybox sh -c 'mkdir /real; echo of the container >/real/secret; "
        "while :; do ln -s " +
        folder.native() +
        " /swap 2>/dev/null; rm -f /swap; mkdir /swap 2>/dev/null; echo of the container >/swap/secret; "
        "rm -rf /swap; done'");
    auto mine = daemon().folder() / "secret";
    write_file(mine, "changed");
    for (int i = 0; i < 60; ++i) {
        auto got = daemon().docker("cp -q box:/swap/secret - | tar -xO");
        EXPECT_EQ(got.out.find("of the host"), std::string::npos) << describe(got);
        daemon().docker("cp -q " + mine.native() + " box:/swap/secret");
        daemon().docker("cp -q " + mine.native() + " box:/swap/");
        expect_sentinel_untouched();
    }
}

TEST_F(Escapes, copies_where_a_volume_is_mounted_on_a_link) {  // CVE-2026-42306
    auto folder = sentinel();
    ASSERT_EQ(make_image("linked", fmt::format("ln -s {} data", folder.native())), 0);
    docker("create --name box -v /data linked true");
    auto mine = daemon().folder() / "secret";
    write_file(mine, "changed");
    daemon().docker("cp -q " + mine.native() + " box:/data/secret");
    auto got = daemon().docker("cp -q box:/data/secret - | tar -xO");
    EXPECT_EQ(got.out.find("of the host"), std::string::npos) << describe(got);
    expect_sentinel_untouched();
    docker("rm -f box && docker rmi linked");
}

TEST_F(Escapes, copies_where_a_container_has_replaced_its_volume) {  // what it mounts is not the daemon's
    auto folder = sentinel();
    docker("volume create -o type=tmpfs -o device=tmpfs memory");
    docker("run -d --name box --cap-add SYS_ADMIN --security-opt seccomp=unconfined -v memory:/m -v " +
           folder.native() +
           ":/host:ro busybox sh -c 'umount /m; mount --bind /host /m; echo >/ready; sleep 1000'");
    EXPECT_TRUE(eventually([] { return daemon().docker("exec box test -e /ready").status == 0; }));
    auto mine = daemon().folder() / "secret";
    write_file(mine, "changed");
    for (auto client : {Client::docker, Client::dhow}) {
        auto got = daemon().docker("cp -q box:/m/secret - | tar -xO", client);
        EXPECT_EQ(got.out.find("of the host"), std::string::npos) << describe(got);
        daemon().docker("cp -q " + mine.native() + " box:/m/secret", client);
        expect_sentinel_untouched();
    }
    docker("rm -f box && docker volume rm memory");
}

TEST_F(Escapes, a_copy_out_stays_in_its_folder) {  // an archive of a hostile container
    auto folder = sentinel();
    docker("run --name box busybox sh -c 'mkdir d; ln -s " + folder.native() +
           " d/link; ln -s ../../.. d/up'");
    auto out = daemon().folder() / "out";
    fs::create_directories(out);
    for (auto client : {Client::docker, Client::dhow})
        for (int i = 0; i < 2; ++i) daemon().docker("cp -q box:/d " + out.native(), client);
    expect_sentinel_untouched();
    docker("rm -f box");
    fs::remove_all(out);
}

TEST_F(Escapes, capabilities_are_not_inheritable) {  // CVE-2022-24769, CVE-2022-29162
    docker("run -d --name box --user 1000 busybox sleep 1000");
    for (auto line : {"run --rm busybox grep CapInh /proc/self/status",
                      "run --rm --user 1000 busybox grep CapEff /proc/self/status",
                      "exec box grep CapInh /proc/self/status", "exec box grep CapEff /proc/self/status",
                      "exec box grep CapAmb /proc/self/status"})
        EXPECT_EQ(docker(line).substr(8), "0000000000000000") << line;
}

TEST_F(Escapes, groups_are_those_of_the_user_and_no_other) {  // CVE-2022-36109, CVE-2023-25173
    docker("run -d --name box busybox sleep 1000");
    for (auto [line, groups] :
         {std::pair{"run --rm busybox id -G", "0"}, std::pair{"run --rm --user 1000 busybox id -G", "0"},
          std::pair{"run --rm --user 1000:1000 busybox id -G", "1000"},
          std::pair{"run --rm --user bin busybox id -G", "2 100"},
          std::pair{"run --rm --user bin --group-add 7 busybox id -G", "2 7 100"},
          std::pair{"exec box id -G", "0"}, std::pair{"exec --user bin box id -G", "2 100"}})
        EXPECT_EQ(
            run(daemon().sh(std::string("docker ") + line + " | tr ' ' '\\n' | sort -n | xargs")).text(),
            groups)
            << line;
}

TEST_F(Escapes, sysctls_of_the_host_are_not_set) {  // CVE-2022-0811, CVE-2022-0532
    auto core_pattern = read_file("/proc/sys/kernel/core_pattern");
    for (auto line :
         {"--sysctl kernel.core_pattern=x", "--sysctl 'kernel.shm_rmid_forced=1+kernel.core_pattern=x'",
          "--network host --sysctl net.ipv4.ip_forward=0", "--ipc host --sysctl kernel.msgmax=9000"}) {
        auto result = daemon().docker(std::string("run --rm ") + line + " busybox true");
        EXPECT_NE(result.status, 0) << describe(result);
    }
    EXPECT_EQ(read_file("/proc/sys/kernel/core_pattern"), core_pattern) << "a sysctl went to the host";
}

TEST_F(Escapes, system_calls_that_reach_the_kernel_are_refused) {  // CVE-2022-0185, CVE-2022-0492
    EXPECT_NE(daemon().docker("run --rm busybox unshare -U true").status, 0);
    EXPECT_NE(daemon().docker("run --rm busybox mount -t tmpfs x /tmp").status, 0);
    EXPECT_NE(daemon()
                  .docker("run --rm busybox sh -c 'd=$(find /sys/fs/cgroup -name release_agent | head -1); "
                          "echo /x >${d:-/sys/x}'")
                  .status,
              0);
    EXPECT_NE(daemon().docker("run --rm busybox sh -c 'echo x >/proc/sys/kernel/core_pattern'").status, 0);
    EXPECT_NE(daemon().docker("run --rm busybox sh -c 'echo x >/proc/sysrq-trigger'").status, 0);
    EXPECT_NE(daemon().docker("run --rm busybox insmod /x").status, 0);
}

TEST_F(Escapes, masked_paths_show_nothing) {  // CVE-2017-16539, CVE-2018-10892, CVE-2025-31133
    for (auto path :
         {"/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/latency_stats", "/proc/sched_debug"})
        EXPECT_EQ(docker(fmt::format("run --rm busybox sh -c 'cat {} 2>/dev/null | wc -c'", path)), "0")
            << path;
    for (auto path :
         {"/proc/acpi", "/proc/scsi", "/sys/firmware", "/proc/asound", "/sys/devices/virtual/powercap"})
        EXPECT_EQ(docker(fmt::format("run --rm busybox sh -c 'ls -A {} 2>/dev/null | wc -l'", path)), "0")
            << path;
    // The device that masks is the container's, and an image cannot put another thing there.
    ASSERT_EQ(make_image("nulled", "mkdir dev && ln -s /proc/sys/kernel/core_pattern dev/null"), 0);
    auto result =
        daemon().docker("run --rm nulled sh -c 'ls -l /dev/null | cut -c1; cat /proc/kcore | wc -c'");
    EXPECT_TRUE(result.status != 0 || result.text() == "c\n0") << describe(result);
    docker("rmi nulled");
}

TEST_F(Escapes,
       folders_of_the_daemon_are_closed_to_others) {  // CVE-2021-41091, CVE-2021-41103, CVE-2024-25621
    auto mode = [](const fs::path& path) {
        return static_cast<unsigned>(fs::status(path).permissions()) & 07777u;
    };
    EXPECT_EQ(mode(daemon().data_root()) & 07u, 0u);
    EXPECT_EQ(mode(daemon().exec_root()) & 077u, 0u);
    EXPECT_EQ(mode(daemon().socket()) & 07u, 0u);
}

TEST_F(Escapes, no_abstract_socket) {  // CVE-2020-15257
    docker("run -d --name box busybox sleep 1000");
    auto sockets = expect_success(run(sh("cat /proc/net/unix").on(host()))).out;
    EXPECT_EQ(sockets.find("@dhow"), std::string::npos);
}

TEST_F(Escapes, environment_of_one_is_not_seen_by_another) {  // CVE-2020-14370
    docker("run -d --name one -e SECRET=of-one busybox sleep 1000");
    EXPECT_EQ(daemon().docker("run --rm busybox env").out.find("of-one"), std::string::npos);
    EXPECT_EQ(daemon().log().find("of-one"), std::string::npos);
    // Neither are those of the daemon and its supervisor.
    EXPECT_EQ(docker("exec one env | cut -d= -f1 | sort"), "HOME\nHOSTNAME\nPATH\nSECRET");
}

TEST_F(Escapes, out_of_range_user_is_no_root) {  // CVE-2024-40635, CVE-2026-46680, CVE-2016-3697
    ASSERT_EQ(make_image("named",
                         "echo '4294967296:x:0:0::/:/bin/sh' >>etc/passwd; echo "
                         "'2147483648:x:0:0::/:/bin/sh' >>etc/passwd"),
              0);
    for (auto user :
         {"4294967296", "2147483648", "-1", "4294967296:0", "1000:4294967296", "99999999999999999999"}) {
        auto result = daemon().docker(fmt::format("run --rm --user={} named id -u", user));
        EXPECT_NE(result.status, 0) << describe(result);
    }
    docker("rmi named");
}

}  // namespace
}  // namespace dhow::test
