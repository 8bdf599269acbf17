// What builds by buildx use again: here, in folders, at registries, in images; and forgetting it.

#include "e2e/buildx_support.hpp"
#include "support/registry.hpp"

namespace dhow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(Buildx, what_did_not_change_is_cached) {
    const char* file = "FROM busybox\nRUN true > /made\nCOPY a /a\nCOPY b /b\n";
    put("a", "1");
    put("b", "1");
    build(file);
    auto first = inspect("built", "{{.Id}}");
    auto again = build(file);
    EXPECT_EQ(inspect("built", "{{.Id}}"), first);
    for (const char* text : {"[2/4] RUN true > /made\n", "[3/4] COPY a /a\n", "[4/4] COPY b /b\n"})
        EXPECT_THAT(again, HasSubstr(text));
    EXPECT_THAT(again, Not(HasSubstr("DONE 0.0s\n\n#6 [2/4]")));
    EXPECT_THAT(again, testing::ContainsRegex("#[0-9]+ CACHED\n"));
    put("b", "another");
    auto changed = build(file);
    EXPECT_NE(inspect("built", "{{.Id}}"), first);
    EXPECT_EQ(in_image("cat /a /b"), "1another");
    EXPECT_THAT(build(file, "--no-cache"), Not(HasSubstr("RUN true > /made\n#6 CACHED")));
}

TEST_F(Buildx, what_builds_keep_is_listed_and_forgotten) {
    put("x", "12345");
    build("FROM busybox\nRUN --mount=type=cache,target=/cache echo kept > /cache/file\nCOPY x /\n");
    auto used = line("docker buildx du --verbose");
    ASSERT_EQ(used.status, 0) << describe(used);
    for (const char* kind : {"exec.cachemount", "source.local", "regular"})
        EXPECT_THAT(used.out, HasSubstr(kind));
    auto pruned = line("docker buildx prune -f && docker buildx du");
    ASSERT_EQ(pruned.status, 0) << describe(pruned);
    EXPECT_THAT(pruned.out, HasSubstr("Total:"));
    EXPECT_THAT(build("FROM busybox\nRUN --mount=type=cache,target=/cache ls /cache > /listed\n"),
                Not(HasSubstr("CACHED\n\n#6")));
    EXPECT_EQ(in_image("cat /listed"), "");
}

/// Nothing of the builds so far is left.
void forget_all(Daemon& daemon) {
    daemon.docker("rmi -f built other");
    daemon.docker("builder prune -af");
    for (int i = 0; i < 3; ++i) daemon.docker("image prune -f");
}

const char* random_steps =
    "FROM busybox\nRUN cat /proc/sys/kernel/random/uuid > /1\nENV a=b\nRUN cat /proc/sys/kernel/random/uuid "
    "> "
    "/2\n";

TEST_F(Buildx, a_cache_in_a_folder_of_the_client) {
    put(".dockerignore", "*\n");
    auto shown = build(random_steps, "--cache-to type=local,dest=cache");
    EXPECT_THAT(shown, HasSubstr("exporting cache to client directory"));
    auto id = inspect("built", "{{.Id}}");
    forget_all(daemon());
    shown = build(random_steps, "--cache-from type=local,src=cache");
    EXPECT_THAT(shown, HasSubstr("importing cache manifest from cache"));
    EXPECT_THAT(shown, HasSubstr(" CACHED\n"));
    EXPECT_EQ(inspect("built", "{{.Id}}"), id);
    // The same folder again, as one does: nothing is sent twice.
    build(random_steps, "--cache-from type=local,src=cache --cache-to type=local,dest=cache,mode=max");
    // dhow's own command line reads what buildx wrote.
    forget_all(daemon());
    auto own = run(
        daemon().sh("cd context && docker build --cache-from type=local,src=cache -t built .", Client::dhow));
    ASSERT_EQ(own.status, 0) << describe(own);
    EXPECT_EQ(inspect("built", "{{.Id}}"), id);
    EXPECT_THAT(fails(random_steps, "--cache-to type=registry,ref=x/y,compression=zstd"),
                HasSubstr("compression=zstd is not available"));
}

TEST_F(Buildx, a_cache_at_a_registry_and_inside_the_image) {
    if (auto why = Registry::missing()) GTEST_SKIP() << *why;
    Registry registry(daemon().host());
    auto cache = registry.address() + "/cache:1";
    build(random_steps, "--cache-to type=registry,mode=max,ref=" + cache);
    auto id = inspect("built", "{{.Id}}");
    forget_all(daemon());
    EXPECT_THAT(build(random_steps, "--cache-from " + cache),
                HasSubstr("importing cache manifest from " + cache));
    EXPECT_EQ(inspect("built", "{{.Id}}"), id);
    forget_all(daemon());
    auto image = registry.address() + "/app:1";
    build(random_steps, "--cache-to type=inline -t " + image);
    auto made = in_image("cat /1 /2");
    docker("push -q " + image);
    docker("rmi -f " + image);
    forget_all(daemon());
    build(random_steps, "--cache-from " + image);
    EXPECT_EQ(in_image("cat /1 /2"), made);
    // What is not there is told, and the build goes on.
    EXPECT_THAT(build(random_steps, "--cache-from " + registry.address() + "/nothing"), HasSubstr("ERROR"));
}

TEST_F(Buildx, an_image_is_pushed_by_its_build) {
    if (auto why = Registry::missing()) GTEST_SKIP() << *why;
    Registry registry(daemon().host());
    auto image = registry.address() + "/pushed:1";
    put("Dockerfile", random_steps);
    auto pushed = line("docker buildx build --push -t " + image + " .");
    ASSERT_EQ(pushed.status, 0) << describe(pushed);
    EXPECT_THAT(pushed.err, HasSubstr("pushing " + image));
    auto made = docker("run --rm " + image + " cat /1");
    docker("rmi -f " + image);
    docker("pull -q " + image);
    EXPECT_EQ(docker("run --rm " + image + " cat /1"), made);
    docker("rmi -f " + image);
    EXPECT_THAT(line("docker buildx build --push .").err, HasSubstr("tag is needed"));
}

TEST_F(Buildx, prune_and_du_take_sizes_and_filters) {
    build(
        "FROM busybox AS make\nRUN --mount=type=cache,target=/c echo kept > /c/f; head -c 3000000 /dev/zero "
        "> /big\n"
        "FROM busybox\nCOPY --from=make /big /\n");
    auto listed = line("docker buildx du --filter type=exec.cachemount");
    ASSERT_EQ(listed.status, 0) << describe(listed);
    EXPECT_THAT(listed.out, Not(HasSubstr("2.861MB")));
    auto kept = line("docker buildx prune -f --filter until=24h");
    EXPECT_THAT(kept.out, HasSubstr("Total:\t0B")) << describe(kept);
    kept = line("docker buildx prune -f --keep-storage 1gb");
    EXPECT_THAT(kept.out, HasSubstr("Total:\t0B")) << describe(kept);
    auto gone = line("docker buildx prune -f");
    EXPECT_THAT(gone.out, Not(HasSubstr("Total:\t0B"))) << describe(gone);
    EXPECT_EQ(in_image("stat -c %s /big"), "3000000");
    auto api = line("docker builder prune -f -a");
    EXPECT_EQ(api.status, 0) << describe(api);
}

}  // namespace
}  // namespace dhow::test
