// Attacks on builders that worked elsewhere, as harmless probes, through every door: a Dockerfile and a
// context that a stranger wrote reach nothing of the host, of other builds, or of whoever builds.
// Repositories have their own tests (tests/e2e/build_remote_test.cpp), and so has what a client sends
// (tests/unit/build/contexts, tests/e2e/build_contexts_test.cpp).

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "e2e/build_support.hpp"

namespace dhow::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class HostileBuilds : public BuildTest {
  protected:
    void SetUp() override {
        BuildTest::SetUp();
        fs::create_directories(sentinel());
        write_file(sentinel() / "secret", "of the host");
    }
    void TearDown() override {
        daemon().remove_all();
        daemon().docker("rmi -f built");
        daemon().docker("builder prune -f");
        EXPECT_EQ(read_file(sentinel() / "secret"), "of the host");
        auto entries = fs::directory_iterator(sentinel());
        EXPECT_EQ(std::distance(begin(entries), end(entries)), 1) << "something was made on the host";
        BuildTest::TearDown();
    }

    /// A folder of the host that no build may read or change.
    static fs::path sentinel() { return daemon().folder() / "sentinel"; }
    /// A line of bash in the context's folder; $S is the sentinel.
    static Result line(const std::string& text) {
        return run(through(daemon(), GetParam(), "cd context && " + text).with("S", sentinel().native()));
    }
    /// Builds the image "built". "SENTINEL" in the Dockerfile stands for the sentinel's path.
    static Result build(std::string dockerfile, const std::string& options = "") {
        constexpr std::string_view placeholder = "SENTINEL";
        for (auto at = dockerfile.find(placeholder); at != dockerfile.npos; at = dockerfile.find(placeholder))
            dockerfile.replace(at, placeholder.size(), sentinel().native());
        write_file(context() / "Dockerfile", dockerfile);
        return line("docker build " + options + " -t built .");
    }
    static void expect_refused(const Result& result, const std::string& words) {
        EXPECT_NE(result.status, 0) << describe(result);
        EXPECT_THAT(result.out + result.err, HasSubstr(words));
        EXPECT_THAT(result.out + result.err, Not(HasSubstr("of the host")));
    }
    static void expect_built(const Result& result) { EXPECT_EQ(result.status, 0) << describe(result); }
};

INSTANTIATE_TEST_SUITE_P(By, HostileBuilds, testing::Values(Door::dhow, Door::classic, Door::buildx),
                         name_of);

TEST_P(HostileBuilds, path_inside_of_a_cache_is_not_mounted) {  // CVE-2024-23651
    expect_refused(build("FROM busybox\nRUN --mount=type=cache,id=race,target=/c ln -s SENTINEL /c/sub\n"
                         "RUN --mount=type=cache,id=race,source=sub,target=/m cat /m/secret\n"),
                   "with source needs from");
}

TEST_P(HostileBuilds, mount_points_are_not_removed_through_links) {  // CVE-2024-23652
    expect_built(
        build("FROM busybox\nRUN --mount=type=tmpfs,target=/stub/secret "
              "--mount=type=bind,source=Dockerfile,target=/file/secret "
              "mv /stub /moved; rmdir /stub; ln -s SENTINEL /stub; mv /file /other; rmdir /file; "
              "ln -s SENTINEL /file; true\n"));
    for (const char* name : {"/stub/secret", "/file/secret"})
        EXPECT_NE(daemon().docker(std::string("run --rm built ls ") + name).status, 0) << name;
}

TEST_P(HostileBuilds, more_rights_than_a_container_has_are_not_granted) {  // CVE-2024-23653
    const char* file = "FROM busybox\nRUN --security=insecure cat /proc/self/status\n";
    expect_refused(build(file), "security.insecure is not allowed");
    if (GetParam() != Door::buildx) return;
    // Also to who asks for it on the command line.
    auto asked = build(file, "--allow security.insecure");
    EXPECT_NE(asked.status, 0) << describe(asked);
    EXPECT_THAT(asked.err, Not(HasSubstr("CapEff")));
}

TEST_P(HostileBuilds, sources_of_binds_that_are_links_stay_in_their_root) {  // CVE-2024-1753
    expect_built(
        build("FROM busybox AS evil\nRUN mkdir -p SENTINEL && echo of the image > SENTINEL/secret && "
              "ln -s SENTINEL /link && ln -s / /top && ln -s ../../../../../../.. /up\nFROM busybox\n"
              "RUN --mount=type=bind,from=evil,source=/link,target=/m,rw cat /m/secret > /seen; "
              "echo changed > /m/secret; touch /m/new\n"
              "RUN --mount=type=bind,from=evil,source=/top,target=/m,rw cat /mSENTINEL/secret >> /seen; "
              "touch /mSENTINEL/new\n"
              "RUN --mount=type=bind,from=evil,source=/up,target=/m cat /mSENTINEL/secret >> /seen\n"));
    EXPECT_EQ(in_image("cat /seen"), "of the image\nof the image\nof the image");
    // The context's links too.
    fs::create_symlink(sentinel(), context() / "link");
    auto read = build("FROM busybox\nRUN --mount=type=bind,source=link,target=/m cat /m/secret\n");
    EXPECT_NE(read.status, 0) << describe(read);
    EXPECT_THAT(read.out + read.err, Not(HasSubstr("of the host")));
}

TEST_P(HostileBuilds, propagation_is_no_option_of_a_bind) {  // CVE-2024-9407
    for (const char* option : {"bind-propagation=shared", "propagation=rshared", "z", "O=upper"}) {
        auto result = build(fmt::format("FROM busybox\nRUN --mount=type=bind,target=/m,{} true\n", option));
        EXPECT_NE(result.status, 0) << describe(result);
    }
    expect_built(
        build("FROM busybox\nRUN --mount=type=bind,target=/m grep ' /m ' /proc/self/mountinfo > /seen\n"));
    EXPECT_THAT(in_image("cat /seen"), Not(HasSubstr("shared:")));
}

TEST_P(HostileBuilds, name_of_a_cache_is_no_path) {  // CVE-2024-9675
    for (const char* id : {"../../../escape", "/escape", "SENTINEL", "..", "a/../../../escape"})
        expect_built(
            build(fmt::format("FROM busybox\nRUN --mount=type=cache,id={},target=/c ls /c > /seen; "
                              "touch /c/escape-file\n",
                              id)));
    EXPECT_EQ(in_image("cat /seen"), "");
    auto found = run(sh("find " + daemon().folder().native() + " -name 'escape*' -not -path '*/mounts/*'"));
    EXPECT_EQ(found.text(), "");
}

TEST_P(HostileBuilds, stages_that_race_reach_nothing_outside) {  // CVE-2024-11218
    const char* file =
        "FROM busybox AS swapper\nRUN --mount=type=cache,id=shared,target=/c for i in $(seq 400); do "
        "mkdir -p /c/d/e; rm -rf /c/d; ln -s SENTINEL /c/d; rm -f /c/d; ln -s /proc/self/cwd /c/d; rm -f "
        "/c/d; "
        "done\n"
        "FROM busybox AS victim\nRUN --mount=type=cache,id=shared,target=/c "
        "--mount=type=bind,source=Dockerfile,target=/c/d/e/f touch /c/d/e/made /c/d/made; cat /c/d/secret; "
        "true\n"
        "FROM busybox\nCOPY --from=swapper /bin/true /1\nCOPY --from=victim /bin/true /2\n";
    for (int i = 0; i < 5; ++i) {
        // Whether the mounts find their places is chance; where they lead is not.
        auto result = build(file, "--no-cache");
        EXPECT_THAT(result.out + result.err, Not(HasSubstr("of the host")));
    }
    auto mounted = run(sh("grep -c " + sentinel().native() + " /proc/self/mountinfo"));
    EXPECT_EQ(mounted.text(), "0");
}

TEST_P(HostileBuilds,
       dockerfile_and_dockerignore_that_are_links_lead_nowhere) {  // CVE-2022-4122, CVE-2022-4123
    write_file(daemon().work() / "outside", "FROM busybox\nRUN echo of the host\n");
    for (const char* target :
         {"../outside", "../../../../../../../../../../../../../..$WORK/outside", "$WORK/outside"}) {
        auto sent =
            line(fmt::format("rm -f Dockerfile && ln -s {} Dockerfile && tar c Dockerfile | "
                             "docker build -t built -",
                             target));
        EXPECT_NE(sent.status, 0) << describe(sent);
        EXPECT_THAT(sent.out + sent.err, Not(HasSubstr("of the host")));
    }
    write_file(context() / "kept", "");
    auto sent = line(
        "rm -f Dockerfile && printf 'FROM busybox\\nCOPY . /c/\\n' > Dockerfile && echo kept > ../pattern && "
        "ln -s ../pattern .dockerignore && tar c Dockerfile .dockerignore kept | docker build -t built -");
    // Refused, or without effect: but what is outside says nothing about what is inside.
    if (sent.status == 0) {
        EXPECT_THAT(in_image("ls /c"), HasSubstr("kept"));
    }
}

TEST_P(HostileBuilds, nothing_of_the_context_stays) {  // CVE-2025-4953
    write_file(context() / "private", "words-that-are-found-nowhere\n");
    expect_built(
        build("FROM busybox\nRUN --mount=target=/ctx wc -c < /ctx/private > /size\n"
              "RUN --mount=target=/ctx,rw cp /ctx/private /ctx/copy && rm /ctx/private\n"));
    EXPECT_EQ(in_image("cat /size"), "29");
    auto left = run(sh(fmt::format("ls {}/build | grep -v '^empty$'", daemon().data_root().native())));
    EXPECT_EQ(left.text(), "") << "folders of a build that is over";
    // BuildKit's clients have a folder kept, to send less the next time: it is in no image.
    auto found = run(sh(fmt::format("grep -rl words-that-are-found {} {} | grep -v /build-cache/contexts/",
                                    daemon().data_root().native(), daemon().exec_root().native())));
    EXPECT_EQ(found.text(), "");
}

TEST_P(HostileBuilds, names_and_passwords_of_addresses_are_told_nowhere) {  // CVE-2023-26054, CVE-2025-0495
    fs::create_directories(daemon().work() / "web");
    write_file(daemon().work() / "web/file", "content");
    write_file(daemon().work() / "httpd.conf", "/:somebody:hush-hush\n");
    Process server(daemon().sh("exec busybox httpd -f -p 127.0.0.1:8088 -h web -c ../httpd.conf"), "", "");
    ASSERT_TRUE(eventually([] { return run(daemon().sh("exec 3<>/dev/tcp/127.0.0.1/8088")).status == 0; }));
    auto address = std::string("http://somebody:hush-hush@127.0.0.1:8088/");
    auto options = "--build-arg http_proxy= --build-arg HTTPS_PROXY=http://somebody:hush-hush@192.0.2.1:9";
    auto built = build("FROM busybox\nADD " + address + "file /file\nRUN true > /made\n", options);
    expect_built(built);
    EXPECT_EQ(in_image("cat /file"), "content");
    auto failed = build("FROM busybox\nADD " + address + "absent /file\n");
    EXPECT_NE(failed.status, 0);
    // Where BuildKit's clients show the line that failed, they show their own file.
    auto shown = GetParam() == Door::buildx ? "" : failed.out + failed.err;
    for (const auto& words : {built.out + built.err, docker("history --no-trunc built"),
                              docker("inspect built"), shown, daemon().log()})
        EXPECT_THAT(words, Not(HasSubstr("hush-hush")));
    if (GetParam() == Door::classic) return;
    auto facts = line("printf 'FROM busybox\nADD " + address +
                      "file /f\n' > Dockerfile && "
                      "docker build --metadata-file facts -t built . >&2 && cat facts");
    EXPECT_THAT(facts.out, HasSubstr("containerimage.config.digest"));
    EXPECT_THAT(facts.out, Not(HasSubstr("hush-hush")));
}

/// Makes of the saved image "built" another one that says the same of itself, with another file in its layer.
constexpr const char* poison = R"py(
import hashlib, io, json, subprocess, sys, tarfile
def tar(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()
saved = tarfile.open(fileobj=io.BytesIO(sys.stdin.buffer.read()))
manifest = json.load(saved.extractfile("manifest.json"))[0]
config = json.load(saved.extractfile(manifest["Config"]))
layers = [saved.extractfile(name).read() for name in manifest["Layers"]]
layers[-1] = tar({"f": b"poisoned\n"})
config["rootfs"]["diff_ids"] = ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in layers]
files = {f"layer{i}.tar": layer for i, layer in enumerate(layers)}
files["config.json"] = json.dumps(config).encode()
files["manifest.json"] = json.dumps([{"Config": "config.json", "RepoTags": ["poisoned:latest"],
    "Layers": [f"layer{i}.tar" for i in range(len(layers))], "Parent": sys.argv[1]}]).encode()
sys.stdout.buffer.write(tar(files))
)py";

TEST_P(HostileBuilds, images_that_were_loaded_are_no_step_of_a_build) {  // CVE-2024-24557
    const char* file = "FROM busybox\nRUN echo good > /f\n";
    expect_built(build(file));
    write_file(context() / "poison.py", poison);
    auto made =
        line("docker save built | python3 poison.py $(docker inspect -f '{{.Id}}' busybox) > poisoned.tar");
    ASSERT_EQ(made.status, 0) << describe(made);
    docker("rmi -f built");
    docker("builder prune -f");
    docker("load -i $WORK/context/poisoned.tar");
    EXPECT_EQ(docker("run --rm poisoned cat /f"), "poisoned");
    expect_built(build(file));
    EXPECT_EQ(in_image("cat /f"), "good");
    docker("rmi -f poisoned");
}

}  // namespace
}  // namespace dhow::test
