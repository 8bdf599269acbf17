// Images through Debian's docker-registry: by the docker command line, by dhow, with skopeo on the other
// side.

#include <gmock/gmock.h>

#include "e2e/registry_support.hpp"
#include "support/http.hpp"

namespace dhow::test {
namespace {

using ::testing::HasSubstr;

class Registries : public BesideRegistry {
  protected:
    static std::string shell(const std::string& line) {
        return expect_success(run(daemon().sh(line))).text();
    }
    static std::string digest_in_registry(const std::string& name) {
        return shell("skopeo inspect --tls-verify=false --format {{.Digest}} docker://" + name);
    }
};

TEST_F(Registries, push_and_pull_digest_for_digest) {
    Registry registry(host());
    for (auto client : {Client::docker, Client::dhow}) {
        auto name = registry.address() + "/" + (client == Client::docker ? "of-docker" : "of-dhow") + ":v1";
        docker("tag busybox " + name);
        auto pushed = daemon().docker_ok("push " + name, client);
        EXPECT_THAT(pushed,
                    HasSubstr("The push refers to repository [" + name.substr(0, name.size() - 3) + "]"));
        auto digest = digest_in_registry(name);
        EXPECT_THAT(pushed, HasSubstr("v1: digest: " + digest + " size: "));
        EXPECT_THAT(docker("inspect -f '{{.RepoDigests}}' " + name), HasSubstr(digest));
        auto id = docker("inspect -f '{{.Id}}' " + name);
        docker("rmi -f " + name);

        auto pulled = daemon().docker_ok("pull " + name, client);
        EXPECT_THAT(pulled, HasSubstr("v1: Pulling from of-"));
        EXPECT_THAT(pulled, HasSubstr("Digest: " + digest));
        EXPECT_THAT(pulled, HasSubstr("Status: Downloaded newer image for " + name));
        EXPECT_TRUE(pulled.ends_with(name)) << pulled;
        EXPECT_EQ(docker("inspect -f '{{.Id}}' " + name), id);
        EXPECT_THAT(daemon().docker_ok("pull " + name, client),
                    HasSubstr("Status: Image is up to date for " + name));
        EXPECT_EQ(daemon().docker_ok("run --rm " + name + " echo hello", client), "hello");
        docker("tag " + name + " " + name + "-again");
        docker("push -q " + name + "-again");
        EXPECT_EQ(digest_in_registry(name + "-again"), digest);
    }
}

TEST_F(Registries, skopeos_images_run_and_go_back_as_they_came) {
    Registry registry(host());
    auto name = registry.address() + "/copied";
    shell("docker save busybox > busybox.tar");
    for (std::string format : {"oci", "v2s2"}) {
        shell("skopeo --insecure-policy copy -q --dest-tls-verify=false --format " + format +
              " docker-archive:busybox.tar docker://" + name + ":" + format);
        auto digest = digest_in_registry(name + ":" + format);
        EXPECT_EQ(docker("run --rm -q " + name + ":" + format + " echo " + format), format);
        docker("tag " + name + ":" + format + " " + registry.address() + "/back:" + format);
        docker("push -q " + registry.address() + "/back:" + format);
        EXPECT_EQ(digest_in_registry(registry.address() + "/back:" + format), digest);
    }
}

TEST_F(Registries, what_was_built_or_committed_here_is_pushed_and_comes_back) {
    Registry registry(host());
    auto built = registry.address() + "/built:1", committed = registry.address() + "/committed:1";
    shell("printf 'FROM busybox\\nRUN echo built >/file && mkdir /d && rm -r /www\\n' | docker build -q -t " +
          built + " -");
    docker("run --name box " + built + " sh -c 'echo committed >/d/new; rm /file'");
    docker("commit box " + committed);
    docker("rm box");
    // The child goes first: an image that others were made of is not removed.
    for (const auto& name : {committed, built}) {
        docker("push " + name);
        auto id = docker("inspect -f '{{.Id}}' " + name);
        auto files = docker("run --rm " + name + " find / -xdev");
        docker("rmi -f " + name);
        docker("pull " + name);
        EXPECT_EQ(docker("inspect -f '{{.Id}}' " + name), id);
        EXPECT_EQ(docker("run --rm " + name + " find / -xdev"), files);
    }
}

TEST_F(Registries, run_and_create_pull_what_is_missing) {
    Registry registry(host());
    auto name = registry.address() + "/app:v1";
    docker("tag busybox " + name);
    docker("push -q " + name);
    for (auto client : {Client::docker, Client::dhow}) {
        docker("rmi -f " + name);
        auto never = daemon().docker("run --rm --pull never " + name + " true", client);
        EXPECT_EQ(never.status, 125) << describe(never);
        auto result = daemon().docker("run --rm " + name + " echo here", client);
        EXPECT_EQ(result.out, "here\n") << describe(result);
        EXPECT_THAT(result.err, HasSubstr("Unable to find image '" + name + "' locally"));
        EXPECT_THAT(daemon().docker("run --rm --pull always " + name + " true", client).err,
                    HasSubstr("Status: Image is up to date for " + name));
    }
}

TEST_F(Registries, a_password_is_asked_for_and_kept_as_docker_keeps_it) {
    Registry registry(host(), {.tls = true, .user = "ann", .password = "secret"});
    auto name = registry.address() + "/private:v1";
    docker("tag busybox " + name);
    EXPECT_NE(daemon().docker("push " + name).status, 0);
    for (auto client : {Client::docker, Client::dhow}) {
        auto wrong = run(
            daemon().sh("echo guess | docker login -u ann --password-stdin " + registry.address(), client));
        EXPECT_NE(wrong.status, 0) << describe(wrong);
        auto good = run(
            daemon().sh("echo secret | docker login -u ann --password-stdin " + registry.address(), client));
        EXPECT_EQ(good.status, 0) << describe(good);
        EXPECT_THAT(good.out, HasSubstr("Login Succeeded"));
        // What one has written, the other reads.
        auto other = client == Client::docker ? Client::dhow : Client::docker;
        daemon().docker_ok("push -q " + name, other);
        daemon().docker_ok("logout " + registry.address(), other);
        auto refused = daemon().docker("pull " + name, client);
        EXPECT_NE(refused.status, 0) << describe(refused);
    }
}

TEST_F(Registries, a_credential_helper_is_asked) {
    Registry registry(host(), {.user = "ann", .password = "secret"});
    auto name = registry.address() + "/private:v1";
    docker("tag busybox " + name);
    shell(
        "mkdir -p bin ../client && cat > bin/docker-credential-test <<'END'\n#!/bin/bash\nread -r input\n"
        "echo \"$1 $input\" >> $WORK/helper.log\n"
        "[ $1 != get ] || echo '{\"ServerURL\":\"x\",\"Username\":\"ann\",\"Secret\":\"secret\"}'\nEND\n"
        "chmod +x bin/docker-credential-test; echo '{\"credsStore\":\"test\"}' > ../client/config.json");
    auto result = run(daemon().sh("PATH=$WORK/bin:$PATH docker push -q " + name, Client::dhow));
    shell("rm ../client/config.json");
    EXPECT_EQ(result.status, 0) << describe(result);
    EXPECT_EQ(read_file(daemon().work() / "helper.log"), "get " + registry.address() + "\n");
}

TEST_F(Registries, what_is_not_there_is_said_in_dockers_words) {
    Registry registry(host());
    auto name = registry.address() + "/no/such:v1";
    for (auto client : {Client::docker, Client::dhow}) {
        auto result = daemon().docker("pull " + name, client);
        EXPECT_NE(result.status, 0);
        EXPECT_THAT(result.err, HasSubstr("Error response from daemon: manifest for " + name + " not found"));
        auto dead = daemon().docker("pull 127.0.0.1:9/x", client);
        EXPECT_NE(dead.status, 0);
        EXPECT_THAT(dead.err, HasSubstr("127.0.0.1:9/v2/"));
    }
}

TEST_F(Registries, search_and_distribution_ask_the_registry) {
    Registry registry(host());
    auto name = registry.address() + "/team/app";
    docker("tag busybox " + name);
    docker("push -q " + name);
    for (auto client : {Client::docker, Client::dhow})
        EXPECT_THAT(daemon().docker_ok("search --format '{{.Name}}' " + registry.address() + "/app", client),
                    HasSubstr(name));
    auto answer = request(daemon().socket(), "GET", "/distribution/" + name + ":latest/json").json();
    EXPECT_EQ(answer.at("Descriptor").at("digest").as_string(), digest_in_registry(name));
    EXPECT_EQ(answer.at("Platforms").at(0).at("os").as_string(), "linux");
    auto manifest = daemon().docker_ok("manifest inspect " + name, Client::dhow);
    EXPECT_EQ(json::parse(manifest),
              json::parse(shell("skopeo inspect --raw --tls-verify=false docker://" + name)));
    EXPECT_THAT(manifest, HasSubstr("\n\t\"schemaVersion\": 2"));
}

TEST_F(Registries, manifest_inspect_says_all_that_dockers_does) {
    Registry registry(host());
    auto name = registry.address() + "/app";
    docker("tag busybox " + name);
    docker("push -q " + name);
    // Another format, and an index of both.
    shell(
        "skopeo --insecure-policy copy -q --src-tls-verify=false --dest-tls-verify=false --format v2s2 "
        "docker://" +
        name + " docker://" + name + ":v2");
    auto entry = [&](const std::string& tag) {
        auto raw = shell("skopeo inspect --raw --tls-verify=false docker://" + name + ":" + tag);
        return fmt::format(
            R"({{"mediaType":"{}","digest":"{}","size":{},"platform":{{"architecture":"amd64","os":"linux"}}}})",
            std::string(json::parse(raw).at("mediaType").as_string()), digest_in_registry(name + ":" + tag),
            raw.size());
    };
    write_file(daemon().work() / "index",
               R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)" +
                   entry("latest") + "," + entry("v2") + "]}");
    shell(
        "curl -sf -X PUT -H 'Content-Type: application/vnd.oci.image.index.v1+json' "
        "--data-binary @index http://" +
        registry.address() + "/v2/app/manifests/index");
    for (const auto* tag : {"", ":v2", ":index"}) {
        auto own = daemon().docker_ok("manifest inspect -v " + name + tag, Client::dhow);
        auto dockers = docker("manifest inspect --insecure -v " + name + tag);
        EXPECT_EQ(json::parse(own), json::parse(dockers)) << own;
    }
}

TEST_F(Registries, events_tell_of_pulls_and_pushes) {
    Registry registry(host());
    auto name = registry.address() + "/app:v1";
    docker("tag busybox " + name);
    docker("push -q " + name);
    docker("pull -q " + name);
    shell("sleep 1");  // the client asks in whole seconds
    auto events =
        docker("events --since 1m --until 0s --filter type=image --format '{{.Action}} {{.Actor.ID}}'");
    EXPECT_THAT(events, HasSubstr("push " + name));
    EXPECT_THAT(events, HasSubstr("pull " + name));
}

TEST_F(Registries, a_client_that_goes_away_ends_its_pull_and_a_crash_leaves_nothing) {
    Registry registry(host());
    auto name = registry.address() + "/large:v1";
    shell("head -c 200000000 /dev/urandom > noise; tar c noise | docker import - " + name +
          " && docker push -q " + name + " && docker rmi -f " + name + " && rm noise");
    auto before = shell("du -s --apparent-size ../data/layers ../data/blobs | cut -f1 | paste -sd+ | bc");
    Process pull(daemon().sh("docker pull " + name), "", "");
    auto is_loading = [&] { return !shell("ls ../data/blobs/ingest").empty(); };
    EXPECT_TRUE(eventually(is_loading));
    pull.signal(SIGKILL);
    pull.wait(5s);
    EXPECT_TRUE(eventually([&] { return !is_loading(); }));

    Process second(daemon().sh("docker pull " + name), "", "");
    EXPECT_TRUE(eventually(is_loading));
    daemon().crash_and_restart();
    second.wait(5s);
    EXPECT_FALSE(is_loading());
    EXPECT_LE(
        std::stol(shell("du -s --apparent-size ../data/layers ../data/blobs | cut -f1 | paste -sd+ | bc")),
        std::stol(before) + 1000);
    EXPECT_THAT(docker("pull " + name), HasSubstr("Downloaded newer image"));
}

}  // namespace
}  // namespace dhow::test
