// What strangers write into images and registries, as it worked on other container platforms. The advisory
// that each test comes from stands beside it; damaged and hostile tars, byte by byte, are cases of
// tests/unit/image and tests/unit/tar.

#include <gmock/gmock.h>

#include "security/attack.hpp"
#include "support/false_registry.hpp"

namespace dhow::test {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class HostileImages : public Attack {
  protected:
    void TearDown() override {
        run(daemon().sh("docker images -q made | xargs -r docker rmi -f"));
        fs::remove_all(daemon().folder() / "client");
        EndToEnd::TearDown();
    }
    static std::string shell(const std::string& line) {
        return expect_success(run(daemon().sh(line))).text();
    }
    /// The image cannot be pulled, by either client, and the daemon goes on.
    static void expect_no_pull(const FalseRegistry& registry, const std::string& words) {
        auto pid = daemon().pid();
        for (auto client : {Client::docker, Client::dhow}) {
            auto result = daemon().docker("pull " + registry.name(), client);
            EXPECT_NE(result.status, 0) << describe(result);
            EXPECT_THAT(result.err, HasSubstr(words));
        }
        EXPECT_TRUE(daemon().running());
        EXPECT_EQ(daemon().pid(), pid);
        EXPECT_EQ(docker("images -q " + registry.name()), "");
    }
    static long peak_kib() {
        return std::stol(shell(fmt::format("sed -n 's/^VmHWM: *//p' /proc/{}/status", daemon().pid())));
    }
};

TEST_F(HostileImages, a_volume_that_holds_something_is_not_written_over) {  // CVE-2020-1726
    ASSERT_EQ(make_image("made", "mkdir data && echo other >data/file"), 0);
    docker("run --rm -v vol:/data busybox sh -c 'echo mine >/data/file'");
    EXPECT_EQ(docker("run --rm -v vol:/data made cat /data/file"), "mine");
}

TEST_F(HostileImages, a_foreign_layer_is_fetched_from_nowhere) {  // CVE-2020-15157
    FalseRegistry elsewhere(host());
    for (std::string type : {"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                             "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
                             "application/vnd.oci.image.layer.v1.tar"}) {
        FalseRegistry registry(host());
        registry.asks_for_password();
        registry.put_image(R"(,"urls":["http://)" + elsewhere.address() + R"(/layer"])", type);
        shell("mkdir -p ../client && echo '{\"auths\":{\"" + registry.address() +
              "\":{\"auth\":\"YW5uOnNlY3JldA==\"}}}' >../client/config.json");
        expect_no_pull(registry, "foreign layer");
        EXPECT_THAT(registry.heads(), Contains(HasSubstr("Authorization: Basic YW5uOnNlY3JldA==")));
    }
    EXPECT_THAT(elsewhere.heads(), IsEmpty());
}

TEST_F(HostileImages, a_password_goes_to_its_registry_alone) {  // CVE-2021-41092
    FalseRegistry known(host()), other(host());
    other.put_image();
    other.asks_for_password();
    shell("mkdir -p ../client");
    for (std::string more :
         {"", R"(,"credsStore":"not-installed")", R"(,"credHelpers":{"x.example":"not-installed"})"}) {
        write_file(daemon().folder() / "client/config.json",
                   R"({"auths":{")" + known.address() + R"(":{"auth":"YW5uOnNlY3JldA=="}})" + more + "}");
        for (auto client : {Client::docker, Client::dhow}) {
            EXPECT_NE(daemon().docker("pull " + other.name(), client).status, 0);
        }
    }
    EXPECT_THAT(other.heads(), Not(IsEmpty()));
    EXPECT_THAT(other.heads(), Each(Not(HasSubstr("Authorization"))));
}

TEST_F(HostileImages, a_document_that_is_two_things_is_refused) {  // CVE-2021-41190
    for (std::string type :
         {"application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"}) {
        FalseRegistry registry(host());
        registry.put_image();
        auto text = registry.manifest();
        auto both = text.substr(0, text.size() - 1) + R"(,"manifests":[]})";
        registry.put_manifest(both, type);
        expect_no_pull(registry, "");
        // A manifest by its own word, an index by the registry's, and the other way round.
        registry.put_manifest(text, "application/vnd.oci.image.index.v1+json");
        expect_no_pull(registry, "calls itself");
    }
}

TEST_F(HostileImages, malformed_documents_end_a_pull_and_not_the_daemon) {  // CVE-2021-21285
    FalseRegistry registry(host());
    registry.put_image();
    const auto good = registry.manifest();
    auto replaced = [&](const std::string& what, const std::string& by) {
        auto text = good;
        auto at = text.find(what);
        EXPECT_NE(at, text.npos) << what;
        return text.replace(at, what.size(), by);
    };
    auto size =
        good.substr(good.find("\"size\":"), good.find('}', good.find("\"size\":")) - good.find("\"size\":"));
    auto digest = good.substr(good.find("sha256:"), 71);
    auto layers = good.substr(good.find("\"layers\":"));
    for (const auto& text : {std::string(),
                             std::string("{}"),
                             std::string("[]"),
                             std::string("null"),
                             std::string("\"x\""),
                             std::string("{\"schemaVersion\":2}"),
                             std::string(200'000, '['),
                             std::string("{\"a\":") + std::string(1000, ' '),
                             replaced(size, "\"size\":-1"),
                             replaced(size, "\"size\":9223372036854775808"),
                             replaced(size, "\"size\":1e300"),
                             replaced(size, "\"size\":\"x\""),
                             replaced(digest, "sha256:../../../../x"),
                             replaced(digest, "sha256:"),
                             replaced(digest, ""),
                             replaced(layers, "\"layers\":null}"),
                             replaced(layers, "\"layers\":[null]}"),
                             replaced(layers, "\"layers\":[]}"),
                             replaced(layers, "\"layers\":{}}"),
                             replaced("\"schemaVersion\":2", "\"schemaVersion\":1"),
                             replaced("\"config\":{", "\"config\":null,\"x\":{"),
                             good.substr(0, good.size() / 2),
                             good + good,
                             std::string("\0\xff\xfe", 3)}) {
        SCOPED_TRACE(text.substr(0, 400));
        registry.put_manifest(text);
        expect_no_pull(registry, "");
    }
    for (const auto* config :
         {"", "null", "[]", "{}", R"({"os":"linux"})",
          R"({"os":"linux","architecture":"amd64","rootfs":null})",
          R"({"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":null}})",
          R"({"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["sha256:x"]}})",
          R"({"os":"linux","architecture":"amd64","config":7,"rootfs":{"type":"layers","diff_ids":[]}})"}) {
        SCOPED_TRACE(config);
        registry.put_image("", "application/vnd.oci.image.layer.v1.tar", config);
        expect_no_pull(registry, "");
    }
}

TEST_F(HostileImages, what_has_no_end_is_not_kept_in_memory) {  // CVE-2017-14992, CVE-2023-25153
    shell(fmt::format("echo 5 >/proc/{}/clear_refs", daemon().pid()));
    auto before = peak_kib();
    FalseRegistry registry(host());
    registry.put_manifest(std::string(100 << 20, ' ') + "{}");
    expect_no_pull(registry, "longer than");
    registry.put_image("", "application/vnd.oci.image.layer.v1.tar", std::string(100 << 20, ' ') + "{}");
    expect_no_pull(registry, "");
    // Documents and headers of archives.
    for (std::string name : {"index.json", "manifest.json"}) {
        shell("rm -rf bomb && mkdir bomb && head -c 200M /dev/zero | tr '\\0' ' ' >bomb/" + name +
              " && tar -C bomb -cz . >bomb.tgz");
        EXPECT_NE(daemon().docker("load -i bomb.tgz").status, 0);
    }
    shell(
        "python3 -c 'import tarfile\n"
        "t = tarfile.open(\"header.tar\", \"w\", format=tarfile.PAX_FORMAT, pax_headers=None)\n"
        "i = tarfile.TarInfo(\"f\"); i.pax_headers = {\"SCHILY.xattr.user.x\": \"y\" * 300000000}; "
        "t.addfile(i)'");
    for (std::string line : {"load -i header.tar", "import header.tar made"}) {
        auto result = daemon().docker(line);
        EXPECT_NE(result.status, 0);
        EXPECT_THAT(result.err + result.out, HasSubstr("extension header"));
    }
    EXPECT_LT(peak_kib() - before, 60'000);
}

TEST_F(HostileImages, labels_of_an_image_command_nothing) {  // CVE-2026-53488
    auto evil = daemon().work() / "evil";
    write_file(evil, "#!/bin/sh\ntouch " + (daemon().work() / "it-ran").native() + "\n");
    fs::permissions(evil, fs::perms::owner_all);
    std::string changes;
    for (const auto& label : {"containerd.io/restart.status=running", "containerd.io/restart.policy=always",
                              "io.containerd.restart=always", "dhow.overlay.lowerdirs=/", "dhow.home=/"})
        changes += fmt::format(" -c 'LABEL {}'", label);
    changes += fmt::format(" -c 'LABEL containerd.io/restart.loguri=binary://{}'", evil.native());
    ASSERT_EQ(make_image("made", "true", changes), 0);
    docker("run --name box made true");
    EXPECT_EQ(
        inspect("box", "{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.LogConfig.Type}} {{.State.Status}}"),
        "no json-file exited");
    EXPECT_THAT(inspect("box", "{{json .Config.Labels}}"), HasSubstr("containerd.io/restart.loguri"));
    daemon().crash_and_restart();
    EXPECT_EQ(inspect("box", "{{.State.Status}}"), "exited");
    EXPECT_FALSE(fs::exists(daemon().work() / "it-ran"));
}

TEST_F(HostileImages, files_about_users_are_read_inside_of_the_image_alone) {  // CVE-2024-9676
    write_file(daemon().work() / "passwd", "stranger:x:4321:0::/:/bin/sh\n");
    auto outside = (daemon().work() / "passwd").native();
    for (const auto& line : std::vector<std::string>{
             "ln -sf " + outside + " etc/passwd", "ln -sf /../../../.." + outside + " etc/passwd",
             "rm etc/passwd; mkfifo etc/passwd", "rm etc/passwd; mknod etc/passwd c 1 5",
             "rm etc/passwd; mkdir etc/passwd", "truncate -s 64M etc/passwd"}) {
        SCOPED_TRACE(line);
        ASSERT_EQ(make_image("made", "touch etc/passwd; " + line), 0);
        auto result = run(daemon().sh("docker run --rm -u stranger made id -u").within(20s));
        EXPECT_NE(result.status, 0);
        EXPECT_FALSE(result.timed_out);
        EXPECT_THAT(result.out, Not(HasSubstr("4321")));
        run(daemon().sh("docker ps -aq | xargs -r docker rm -f; docker rmi -f made"));
    }
}

}  // namespace
}  // namespace dhow::test
