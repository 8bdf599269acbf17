// `dhow build`: what becomes of an image, what a build takes along, and how it looks.

#include <gmock/gmock.h>

#include "e2e/build_support.hpp"
#include "support/pty.hpp"
#include "support/registry.hpp"

namespace dhow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class BuildDhow : public Builds {
  protected:
    Door door() const override { return Door::dhow; }
    void TearDown() override {
        daemon().docker("rmi -f built other base");
        daemon().docker("builder prune -af");
        Builds::TearDown();
    }
};

TEST_F(BuildDhow, gives_archives_to_files_and_to_standard_output) {
    put("Dockerfile", "FROM busybox\nRUN echo one > /made\n");
    works(
        "docker build -t built:a -o type=docker,dest=image.tar . && docker rmi built:a; docker load -i "
        "image.tar");
    EXPECT_EQ(docker("run --rm built:a cat /made"), "one");
    docker("rmi built:a");
    EXPECT_THAT(works("docker build -o type=oci,dest=- . 2>words | tar t"), HasSubstr("oci-layout"));
    EXPECT_THAT(read("words"), HasSubstr("Successfully built"));
    EXPECT_EQ(works("docker build -o - . 2>/dev/null | tar xO made"), "one\n");
    EXPECT_EQ(works("docker build -q -o type=tar,dest=out.tar . > /dev/null && tar xOf out.tar made"),
              "one\n");
}

TEST_F(BuildDhow, gives_files_to_a_folder) {
    put("Dockerfile",
        "FROM busybox AS make\nRUN mkdir -p /out/dir && echo one > /out/dir/file && chmod 640 /out/dir/file "
        "&& "
        "ln -s dir/file /out/link\nFROM scratch\nCOPY --from=make /out /\n");
    works("docker build -o out .");
    EXPECT_EQ(works("cat out/link && stat -c %a out/dir/file"), "one\n640\n");
    EXPECT_THAT(line("docker build -o type=local .").err, HasSubstr("needs a folder"));
    EXPECT_THAT(line("docker build -o type=nothing .").err, HasSubstr("type=nothing is not known"));
}

TEST_F(BuildDhow, named_contexts_are_folders_images_and_stages) {
    put("Dockerfile",
        "FROM base\nCOPY --from=files /a /a\nRUN --mount=from=files,target=/m cat /m/b > /b\n"
        "COPY --from=stage /c /c\n");
    put("files/a", "one");
    put("files/b", "two");
    put("files/skipped", "no");
    put("files/.dockerignore", "skipped\n");
    put("stage/c", "three");
    works(
        "docker build --build-context files=files --build-context stage=stage "
        "--build-context base=docker-image://busybox -t built .");
    EXPECT_EQ(in_image("cat /a /b /c"), "onetwothree");
    // A stage of that name is replaced; nothing of it runs.
    put("Dockerfile", "FROM busybox AS stage\nRUN false\nFROM busybox\nCOPY --from=stage / /all/\n");
    works("docker build --build-context stage=files -t built .");
    EXPECT_EQ(in_image("ls -A /all"), ".dockerignore\na\nb");
    EXPECT_THAT(line("docker build --build-context x=target:y .").err, HasSubstr("not available"));
    put("Dockerfile", "FROM busybox\nCOPY --from=x a /\n");
    works("tar c Dockerfile | docker build --build-context x=files -t built -");
    EXPECT_EQ(in_image("cat /a"), "one");
}

const char* random_steps =
    "FROM busybox\nRUN cat /proc/sys/kernel/random/uuid > /1\nENV a=b\nRUN cat /proc/sys/kernel/random/uuid "
    "> /2\n";

/// Nothing of the builds so far is left.
void forget_all(Daemon& daemon) {
    daemon.docker("rmi -f built other");
    daemon.docker("builder prune -af");
    for (int i = 0; i < 3; ++i) daemon.docker("image prune -f");
}

TEST_F(BuildDhow, a_cache_in_a_folder_gives_the_very_same_image) {
    put("Dockerfile", random_steps);
    works("docker build --cache-to type=local,dest=cache -t built .");
    auto id = inspect("built", "{{.Id}}");
    EXPECT_THAT(read("cache/index.json"), HasSubstr("\"latest\""));
    forget_all(daemon());
    put(".dockerignore", "cache\n");
    auto shown = works("docker build --cache-from type=local,src=cache -t built .");
    EXPECT_THAT(shown, HasSubstr("Using cache"));
    EXPECT_EQ(inspect("built", "{{.Id}}"), id);
    // What is damaged is not used.
    forget_all(daemon());
    works("for blob in cache/blobs/sha256/*; do truncate -s -1 $blob; done");
    shown = works("docker build --cache-from type=local,src=cache -t built .");
    EXPECT_THAT(shown, HasSubstr("no cache from local"));
    EXPECT_NE(inspect("built", "{{.Id}}"), id);
    works("docker build --cache-from type=local,src=nowhere -t built .");
    EXPECT_THAT(line("docker build --cache-to type=s3,bucket=x .").err,
                HasSubstr("type=s3 is not available"));
}

TEST_F(BuildDhow, a_cache_of_all_stages_only_where_it_is_wanted) {
    put("Dockerfile",
        "FROM busybox AS make\nRUN cat /proc/sys/kernel/random/uuid > /made\nFROM busybox\nCOPY --from=make "
        "/made "
        "/\nRUN cat /proc/sys/kernel/random/uuid > /2\n");
    put(".dockerignore", "*\n");
    works("docker build --cache-to type=local,dest=min --cache-to type=local,dest=max,mode=max -t built .");
    auto id = inspect("built", "{{.Id}}");
    forget_all(daemon());
    works("docker build --cache-from type=local,src=max -t built .");
    EXPECT_EQ(inspect("built", "{{.Id}}"), id);
    forget_all(daemon());
    works("docker build --cache-from type=local,src=min -t built .");
    EXPECT_NE(inspect("built", "{{.Id}}"), id);
}

TEST_F(BuildDhow, a_cache_at_a_registry_and_inside_the_image) {
    if (auto why = Registry::missing()) GTEST_SKIP() << *why;
    Registry registry(daemon().host());
    put("Dockerfile", random_steps);
    auto cache = registry.address() + "/cache:1";
    works("docker build --cache-to type=registry,ref=" + cache + " -t built .");
    auto id = inspect("built", "{{.Id}}");
    forget_all(daemon());
    works("docker build --cache-from " + cache + " -t built .");
    EXPECT_EQ(inspect("built", "{{.Id}}"), id);
    forget_all(daemon());
    auto image = registry.address() + "/app:1";
    works("docker build --cache-to type=inline -t built -t " + image + " . && docker push -q " + image);
    auto made = in_image("cat /1 /2");
    docker("rmi -f " + image);
    forget_all(daemon());
    EXPECT_THAT(works("docker build --cache-from " + image + " -t built ."), HasSubstr("Using cache"));
    EXPECT_EQ(in_image("cat /1 /2"), made);
    // One that is pushed by its build.
    auto pushed = registry.address() + "/pushed:1";
    works("docker build --push -t " + pushed + " . && docker rmi -f " + pushed);
    works("docker build -o type=registry,name=" + pushed + " . && docker rmi -f " + pushed +
          " && docker pull -q " + pushed + " && docker rmi -f " + pushed);
    EXPECT_THAT(line("docker build --push .").err, HasSubstr("tag is needed"));
    EXPECT_THAT(works("docker build --cache-from " + registry.address() + "/nothing -t built ."),
                HasSubstr("no cache from registry"));
}

TEST_F(BuildDhow, limits_are_those_of_the_commands) {
    put("Dockerfile",
        "FROM busybox\nRUN (ulimit -n; grep Cpus_allowed_list /proc/self/status; df -k /dev/shm | tail -1) > "
        "/seen\n");
    works("docker build --rm --ulimit nofile=123:456 --cpuset-cpus 0 --shm-size 3m --memory 64m -t built .");
    auto seen = in_image("cat /seen");
    EXPECT_THAT(seen, testing::StartsWith("123\nCpus_allowed_list:\t0\n"));
    EXPECT_THAT(seen, HasSubstr(" 3072 "));
    put("Dockerfile", "FROM busybox\nRUN head -c 100000000 /dev/zero | tail -c 99000000 > /dev/null\n");
    EXPECT_NE(line("docker build --memory 32m --memory-swap 32m .").status, 0);
    EXPECT_THAT(line("docker build --rm=false .").err, HasSubstr("--rm=false"));
    EXPECT_THAT(line("docker build --ulimit nofile=x .").err, HasSubstr("nofile=x"));
}

TEST_F(BuildDhow, an_ssh_agent_answers_in_the_step_that_asks_for_it) {
    if (line("which ssh-agent ssh-add ssh-keygen").status != 0) GTEST_SKIP() << "there is no openssh-client";
    // The agent's client with its libraries, for an image that has none.
    works(
        "for file in $(ldd $(which ssh-add) | grep -o '/[^ ]*') $(which ssh-add); do "
        "cp --parents -L $file .; done; ssh-keygen -q -t ed25519 -N '' -C somebody -f key");
    put("Dockerfile",
        "FROM busybox\nCOPY lib* /lib/\nCOPY lib64* /lib64/\nCOPY usr /usr\nRUN --mount=type=ssh ssh-add -l\n"
        "RUN --mount=type=ssh,id=two ssh-add -l; ssh-add -l\nRUN env\n");
    auto shown = works(
        "eval $(ssh-agent) >&2; ssh-add key; docker build --ssh default --ssh two=$SSH_AUTH_SOCK -t built . "
        "2>&1; "
        "status=$?; kill $SSH_AGENT_PID; exit $status");
    EXPECT_THAT(shown, testing::ContainsRegex("SHA256:.* somebody \\(ED25519\\)"));
    put("Dockerfile", "FROM busybox\nRUN --mount=type=ssh,required true\n");
    EXPECT_THAT(line("docker build .").err, HasSubstr("unset ssh forward key default"));
    EXPECT_THAT(line("docker build --ssh default=key .").err, HasSubstr("is no socket of an agent"));
    // Without the client's secret nobody stands in for its agent.
    EXPECT_THAT(
        line("curl -s -m 5 --unix-socket ../../d.sock -X POST -H 'Connection: Upgrade' -H 'Upgrade: tcp' "
             "'http://d/build/agent?key=short&id=default'")
            .out,
        HasSubstr("needs a key and an id"));
    EXPECT_THAT(line("env -u SSH_AUTH_SOCK docker build --ssh default .").err, HasSubstr("SSH_AUTH_SOCK"));
}

TEST_F(BuildDhow, lint_rules_warn_in_normal_builds) {
    put("Dockerfile", "FROM busybox AS Make\nENV key value\nRUN true\nLABEL x=$nobody\n");
    auto shown = works("docker build -t built .");
    EXPECT_THAT(shown,
                HasSubstr("[Warning] StageNameCasing: Stage name 'Make' should be lowercase (line 1)\n"));
    EXPECT_THAT(shown, HasSubstr("LegacyKeyValueFormat"));
    EXPECT_THAT(shown, HasSubstr("UndefinedVar: Usage of undefined variable '$nobody' (line 4)"));
    EXPECT_THAT(line("docker build --check .").out, HasSubstr("WARNING: UndefinedVar - https://"));
    put("Dockerfile", "# check=error=true\nFROM busybox\nLABEL x=$nobody\n");
    EXPECT_THAT(line("docker build .").err, HasSubstr("lint violation found for rules: UndefinedVar"));
    put(".dockerignore", "left\n");
    put("left", "x");
    put("Dockerfile", "FROM busybox\nCOPY left /\n");
    EXPECT_THAT(line("docker build --check .").out,
                HasSubstr("Attempting to Copy file \"left\" that is excluded by .dockerignore"));
}

TEST_F(BuildDhow, tells_of_a_dockerfile_without_building_it) {
    put("Dockerfile",
        "# V is the version\nARG V=1\n# made is what others take\nFROM busybox:$V AS made\nFROM made\n");
    EXPECT_EQ(works("docker build --call outline,format=json . | jq -c '.args[0] | [.name, .value]'"),
              "[\"V\",\"1\"]\n");
    EXPECT_EQ(works("docker build --call outline --build-arg V=2 ."),
              "BUILD ARG   VALUE   DESCRIPTION\nV           2       is the version\n\n");
    EXPECT_EQ(works("docker build --call targets ."),
              "TARGET    DESCRIPTION\nmade      is what others take\n(default) \n");
    EXPECT_EQ(works("docker build --call check ."), "Check complete, no warnings found.\n");
    EXPECT_THAT(line("docker build --call sbom .").err, HasSubstr("unsupported request frontend.sbom"));
    put("Dockerfile", "FROM busybox AS a\nARG V\nFROM a\nLABEL x=$V\nFROM scratch\nLABEL x=$V\n");
    EXPECT_THAT(
        line("docker build --check .").out,
        testing::AllOf(HasSubstr("Check complete, 1 warning has been found"), HasSubstr("Dockerfile:6\n")));
    put("Dockerfile", "FROM busybox\nRUNN true\n");
    auto wrong = line("docker build --check .");
    EXPECT_EQ(wrong.status, 1);
    EXPECT_THAT(wrong.out, HasSubstr("   2 | RUNN true\n     | ^^^^\n"));
    EXPECT_THAT(line("docker build --call outline .").err, HasSubstr("unknown instruction: RUNN"));
}

TEST_F(BuildDhow, draws_a_live_view_on_a_terminal) {
    put("Dockerfile",
        "FROM busybox AS one\nRUN echo said in one; sleep 2\nFROM busybox AS two\nRUN echo said in two; "
        "sleep 2\n"
        "FROM busybox\nCOPY --from=one /bin/true /1\nCOPY --from=two /bin/true /2\n");
    Pty terminal(command("docker build -t built ."));
    terminal.expect("2 at the same time");
    terminal.expect("| said in");
    terminal.expect("Successfully tagged built:latest", 30s);
    EXPECT_EQ(terminal.wait(), 0);
    Pty again(command("docker build -t built ."));
    again.expect("cached");
    EXPECT_EQ(again.wait(), 0);
    EXPECT_EQ(works("docker build -t built . | grep -c 'Step '"), "7\n");
}

TEST_F(BuildDhow, a_failure_shows_the_last_lines_the_place_and_the_status) {
    put("Dockerfile", "FROM busybox\nRUN echo reason; exit 7\n");
    Pty terminal(command("docker build ."), 24, 100);
    terminal.expect("> [stage 0] RUN echo reason; exit 7:");
    terminal.expect("reason");
    terminal.expect("Dockerfile:2");
    terminal.expect("2 | RUN echo reason; exit 7");
    terminal.expect("returned a non-zero code: 7");
    EXPECT_EQ(terminal.wait(), 7);
    auto plain = line("docker build .");
    EXPECT_EQ(plain.status, 7);
    EXPECT_THAT(plain.err, HasSubstr("Dockerfile:2\n"));
    EXPECT_THAT(plain.err, HasSubstr("returned a non-zero code: 7"));
}

TEST_F(BuildDhow, draws_the_stages_as_a_picture) {
    put("Dockerfile",
        "FROM busybox AS make\nRUN echo '<&>' > /made\nFROM make AS more\nRUN true\nFROM busybox\n"
        "COPY --from=more /made /\n");
    works("docker build --graph stages.svg -t built .");
    auto picture = read("stages.svg");
    EXPECT_THAT(picture, testing::StartsWith("<svg xmlns="));
    EXPECT_THAT(picture, HasSubstr(">make</text>"));
    EXPECT_THAT(picture, HasSubstr("&lt;&amp;&gt;"));
    EXPECT_THAT(picture, HasSubstr("stroke-dasharray"));
    EXPECT_EQ(works("python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse(\"stages.svg\")'"), "");
}

TEST_F(BuildDhow, prune_takes_size_age_and_kinds) {
    put("Dockerfile",
        "FROM busybox AS make\nRUN --mount=type=cache,target=/c echo kept > /c/f; head -c 3000000 /dev/zero "
        "> /big\n"
        "FROM busybox\nCOPY --from=make /big /\n");
    works("docker build -t built .");
    EXPECT_THAT(works("docker builder prune -f --filter until=24h"), HasSubstr("reclaimed space: 0B"));
    EXPECT_THAT(works("docker builder prune -f --max-used-space 1gb"), HasSubstr("reclaimed space: 0B"));
    EXPECT_THAT(works("docker builder prune -f --filter type=exec.cachemount"),
                HasSubstr("Deleted build cache"));
    // The image stands: what it is made of stays, and so does the key that leads to it.
    EXPECT_THAT(works("docker builder prune -f"), HasSubstr("reclaimed space: 3"));
    EXPECT_EQ(docker("run --rm built stat -c %s /big"), "3000000");
    EXPECT_THAT(line("docker builder prune -f --filter nothing=x").err,
                HasSubstr("the filter nothing is not available"));
    works("docker build -t built . && docker builder prune -af");
    EXPECT_THAT(works("docker build -t built ."), Not(HasSubstr("Using cache")));
}

}  // namespace
}  // namespace dhow::test
