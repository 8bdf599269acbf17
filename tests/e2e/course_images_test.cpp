// Images as a course on containers teaches them: each thing taught is a test, through every door. With
// DHOW_PEER in the environment the same is tried on dockerd.

#include <gmock/gmock.h>

#include "e2e/build_support.hpp"

namespace dhow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class CourseImages : public BuildTest {};

INSTANTIATE_TEST_SUITE_P(By, CourseImages, testing::ValuesIn(doors()), name_of);

TEST_P(CourseImages, each_instruction_makes_a_layer) {
    put("file", "x");
    build("FROM busybox\nCOPY file /\nRUN echo made > /made\nCMD [\"cat\", \"/made\"]\n");
    auto history_of = [](const std::string& image) {
        return lines_of(docker("history --no-trunc --format '[{{.CreatedBy}}]' " + image));
    };
    auto base = history_of("busybox").size();
    auto history = history_of("built");
    ASSERT_EQ(history.size(), base + 3);
    EXPECT_THAT(history[0], HasSubstr("CMD [\"cat\""));
    EXPECT_THAT(history[1], HasSubstr("echo made > /made"));
    EXPECT_THAT(history[2], HasSubstr("COPY file"));
    EXPECT_EQ(docker("run --rm built"), "made");
}

TEST_P(CourseImages, dockerfile_comes_by_echo_or_by_a_here_document) {
    auto echo = line("echo -e 'FROM busybox\\nRUN echo one > /f\\nCMD cat /f' | docker build -t built -");
    ASSERT_EQ(echo.status, 0) << describe(echo);
    auto first = inspect("built", "{{.Id}}");
    auto here = line("docker build -t built - <<X\nFROM busybox\nRUN echo one > /f\nCMD cat /f\nX");
    ASSERT_EQ(here.status, 0) << describe(here);
    EXPECT_EQ(docker("run --rm built"), "one");
    EXPECT_EQ(inspect("built", "{{.Id}}"), first);
}

TEST_P(CourseImages, dockerignore_keeps_files_out) {
    put(".dockerignore", "# comment\n*/temp*\n*/*/temp*\ntemp?\n*.md\n!README.md\n");
    for (const char* name : {"somedir/temporary.txt", "somedir/temp/x", "somedir/subdir/temporary.txt",
                             "a/b/c/temp", "tempa", "tempb", "temp", "x.md", "README.md", "a/keep"})
        put(name, "");
    build("FROM busybox\nCOPY . /c/\n");
    EXPECT_EQ(in_image("sh -c 'cd /c; find . -type f | sort'"),
              "./.dockerignore\n./Dockerfile\n./README.md\n./a/b/c/temp\n./a/keep\n./temp");
}

TEST_P(CourseImages, argument_before_from_is_seen_inside_once_declared_again) {
    const char* file =
        "ARG VERSION=latest\nFROM busybox:$VERSION\nRUN echo \"[$VERSION]\" > /before\nARG VERSION\n"
        "RUN echo \"[$VERSION]\" > /image_version\n";
    build(file);
    EXPECT_EQ(in_image("cat /before /image_version"), "[]\n[latest]");
    docker("tag busybox busybox:1.35");
    build(file, "--build-arg VERSION=1.35");
    EXPECT_EQ(in_image("cat /image_version"), "[1.35]");
    docker("rmi busybox:1.35");
}

TEST_P(CourseImages, expose_is_tcp_where_nothing_is_said) {
    build("FROM busybox\nEXPOSE 80/tcp\nEXPOSE 80 443\n");
    EXPECT_EQ(config("ExposedPorts"), R"({"443/tcp":{},"80/tcp":{}})");
    docker("run -d --name web -P built sleep 1000");
    EXPECT_EQ(lines_of(run(daemon().sh("docker port web | cut -d' ' -f1 | sort -u")).text()),
              (std::vector<std::string>{"443/tcp", "80/tcp"}));
}

TEST_P(CourseImages, exec_form_entrypoint_is_process_1_and_volumes_are_made) {
    put("server",
        "#!/bin/sh\ntrap 'echo ending; exit 7' TERM\necho \"$$ $*\"\nwhile true; do sleep 0.1; done\n");
    build(
        "FROM busybox\nCOPY server /usr/sbin/server\nRUN chmod 755 /usr/sbin/server && mkdir -p /var/www && "
        "echo page > /var/www/index\nEXPOSE 80\nVOLUME [\"/var/www\", \"/var/log/server\"]\n"
        "ENTRYPOINT [\"/usr/sbin/server\", \"-D\", \"FOREGROUND\"]\n");
    docker("run -d --name process built");
    EXPECT_TRUE(eventually([&] { return docker("logs process") == "1 -D FOREGROUND"; }))
        << docker("logs process");
    EXPECT_EQ(docker("exec process cat /var/www/index"), "page");
    docker("stop process");
    EXPECT_EQ(inspect("process", "{{.State.ExitCode}}"), "7");
    auto places = "{{range .Mounts}}{{.Type}} {{.Destination}}\n{{end}}";
    EXPECT_THAT(lines_of(inspect("process", places)),
                testing::UnorderedElementsAre("volume /var/www", "volume /var/log/server"));
}

TEST_P(CourseImages, environment_in_all_its_forms) {
    build(
        "FROM busybox\nENV myName=\"John Doe\" myDog=Rex\\ The\\ Dog \\\n    myCat=fluffy\n"
        "ENV oldForm with  blanks\nENV abc=hello\nENV abc=bye def=$abc\nENV ghi=$abc\n");
    EXPECT_EQ(in_image("sh -c 'echo \"$myName|$myDog|$myCat|$oldForm|$abc|$def|$ghi\"'"),
              "John Doe|Rex The Dog|fluffy|with  blanks|bye|hello|bye");
}

TEST_P(CourseImages, add_takes_wildcards_and_owners) {
    for (const char* name : {"home.txt", "homx.txt", "homely", "other"}) put(name, name);
    build(
        "FROM busybox\nRUN echo bin:x:2:2:bin:/bin:/bin/sh >> /etc/passwd && echo bin:x:2: >> /etc/group && "
        "echo mygroup:x:77: >> /etc/group\nADD hom* /mydir/\nADD hom?.txt /other/\n"
        "ADD --chown=55:mygroup home.txt /owned/\nADD --chown=bin other /owned/\n"
        "ADD --chown=1 other /owned/one\nADD --chown=10:11 other /owned/ten\n");
    EXPECT_EQ(in_image("ls /mydir /other"),
              "/mydir:\nhome.txt\nhomely\nhomx.txt\n\n/other:\nhome.txt\nhomx.txt");
    EXPECT_EQ(in_image("stat -c '%u:%g' /mydir/homely /owned/home.txt /owned/other /owned/one /owned/ten"),
              "0:0\n55:77\n2:2\n1:1\n10:11");
}

TEST_P(CourseImages, add_fetches_addresses_and_unpacks_archives_and_copy_does_neither) {
    auto made = line(
        "mkdir -p in ../web && echo content > in/a && tar czf packed.tar.gz --owner=7 --group=8 in && rm -r "
        "in "
        "&& echo of the web > ../web/page.txt && cp packed.tar.gz ../web/");
    ASSERT_EQ(made.status, 0) << describe(made);
    Process server(daemon().sh("exec busybox httpd -f -p 127.0.0.1:8088 -h web"), "", "");
    ASSERT_TRUE(eventually([] { return run(daemon().sh("exec 3<>/dev/tcp/127.0.0.1/8088")).status == 0; }));
    build(
        "FROM busybox\nADD http://127.0.0.1:8088/page.txt /add/\nADD http://127.0.0.1:8088/packed.tar.gz "
        "/add/\n"
        "ADD packed.tar.gz /unpacked/\nCOPY packed.tar.gz /copied/\n");
    EXPECT_EQ(in_image("cat /add/page.txt /unpacked/in/a"), "of the web\ncontent");
    EXPECT_EQ(in_image("ls /add /copied"), "/add:\npacked.tar.gz\npage.txt\n\n/copied:\npacked.tar.gz");
    EXPECT_EQ(in_image("stat -c '%u:%g %a' /unpacked/in/a"), "7:8 644");
    EXPECT_NE(try_build("FROM busybox\nCOPY http://127.0.0.1:8088/page.txt /\n").status, 0);
}

TEST_P(CourseImages, relative_workdirs_add_up) {
    build("FROM busybox\nWORKDIR /a\nWORKDIR b\nWORKDIR c\nRUN pwd > /where\n");
    EXPECT_EQ(in_image("cat /where"), "/a/b/c");
    EXPECT_EQ(in_image("pwd"), "/a/b/c");
}

TEST_P(CourseImages, shell_is_used_from_then_on) {
    build(
        "FROM busybox\nRUN echo $0 > /before\nSHELL [\"/bin/busybox\", \"ash\", \"-xc\"]\n"
        "RUN echo $- > /flags\nCMD echo hello\n");
    EXPECT_EQ(in_image("cat /before"), "/bin/sh");
    EXPECT_THAT(in_image("cat /flags"), HasSubstr("x"));
    EXPECT_EQ(config("Cmd"), R"(["/bin/busybox","ash","-xc","echo hello"])");
}

TEST_P(CourseImages, scratch_holds_nothing_but_a_static_program) {
    std::filesystem::copy_file("/bin/busybox", context() / "busybox");
    build("FROM scratch\nADD busybox /\nENTRYPOINT [\"/busybox\", \"echo\"]\nCMD [\"static\"]\n");
    EXPECT_EQ(docker("run --rm built"), "static");
    auto files =
        run(daemon().sh("id=$(docker create built) && docker export $id | tar t && docker rm $id >&2"));
    EXPECT_THAT(files.out, HasSubstr("busybox\n"));
    EXPECT_THAT(files.out, Not(HasSubstr("bin/")));
}

TEST_P(CourseImages, scratch_itself_is_no_image) {
    for (const char* attempt : {"docker pull scratch", "docker run --rm scratch true"}) {
        auto refused = line(attempt);
        EXPECT_NE(refused.status, 0) << describe(refused);
        EXPECT_THAT(refused.err, HasSubstr("'scratch' is a reserved name")) << attempt;
    }
    if (is_peer()) GTEST_SKIP() << "dockerd lets an image be called so, and finds it never again";
    for (const char* attempt :
         {"docker tag busybox scratch", "docker build -t scratch - <<< 'FROM busybox'"}) {
        auto refused = line(attempt);
        EXPECT_NE(refused.status, 0) << describe(refused);
        EXPECT_THAT(refused.err, HasSubstr("'scratch' is a reserved name")) << attempt;
    }
}

TEST_P(CourseImages, wrapper_script_runs_several_processes) {
    put("wrapper", R"(#!/bin/sh
trap 'kill $first $second; wait; echo stopped; exit 0' TERM
httpd -f -p 8001 -h /one & first=$!
httpd -f -p 8002 -h /two & second=$!
while sleep 0.1; do
  for process in $first $second; do
    kill -0 $process 2>/dev/null || { echo "one has ended"; exit 1; }
  done
done
)");
    build(
        "FROM busybox\nRUN mkdir /one /two && echo first > /one/f && echo second > /two/f\n"
        "COPY wrapper /\nRUN chmod +x wrapper\nCMD [\"./wrapper\"]\n");
    docker("run -d --name both built");
    for (const char* answer : {"8001/f first", "8002/f second"}) {
        std::string text(answer);
        auto blank = text.find(' ');
        auto ask = "exec both wget -qO- http://127.0.0.1:" + text.substr(0, blank);
        EXPECT_TRUE(eventually([&] { return daemon().docker(ask).text() == text.substr(blank + 1); })) << ask;
    }
    docker("stop both");
    EXPECT_EQ(docker("logs both"), "stopped");
    EXPECT_EQ(inspect("both", "{{.State.ExitCode}}"), "0");
    docker("start both");
    EXPECT_TRUE(
        eventually([] { return daemon().docker("exec both sh -c 'kill $(pidof httpd)'").status == 0; }));
    expect_status("both", "exited");
    EXPECT_THAT(docker("logs both"), HasSubstr("one has ended"));
    EXPECT_EQ(inspect("both", "{{.State.ExitCode}}"), "1");
}

TEST_P(CourseImages, tag_names_what_is_built) {
    put("Dockerfile", "FROM busybox\nCMD [\"echo\", \"friendly\"]\n");
    auto built = line("docker build --tag=friendlyhello .");
    ASSERT_EQ(built.status, 0) << describe(built);
    EXPECT_EQ(docker("run --rm friendlyhello"), "friendly");
    EXPECT_THAT(docker("image ls --format '{{.Repository}}:{{.Tag}}'"), HasSubstr("friendlyhello:latest"));
}

TEST_P(CourseImages, stages_give_files_to_each_other) {
    docker("create --name page busybox sh");
    auto named = line("mkdir -p nginx && echo server > nginx/nginx.conf && docker cp nginx page:/etc/");
    ASSERT_EQ(named.status, 0) << describe(named);
    docker("commit page nginx:latest");
    docker("rm page");
    const char* file =
        "FROM busybox AS builder\nWORKDIR /src\nRUN echo made > app\nFROM busybox AS unneeded\nRUN false\n"
        "FROM builder AS tested\nRUN cat app > checked\n"
        "FROM busybox\nCOPY --from=builder /src/app /a\nCOPY --from=0 /src/app /b\n"
        "COPY --from=tested /src/checked /c\nCOPY --from=nginx:latest /etc/nginx/nginx.conf /nginx.conf\n";
    if (is_classic_peer()) GTEST_SKIP() << "dockerd's classic builder builds all stages";
    auto said = build(file);
    EXPECT_THAT(said, Not(HasSubstr("RUN false")));
    EXPECT_EQ(in_image("cat /a /b /c /nginx.conf"), "made\nmade\nmade\nserver");
    EXPECT_NE(daemon().docker("run --rm built ls /src").status, 0);
    build(file, "--target builder");
    EXPECT_EQ(in_image("sh -c 'pwd; ls'"), "/src\napp");
}

TEST_P(CourseImages, before_stages_files_went_by_create_and_cp) {
    put("build/Dockerfile", "FROM busybox\nRUN mkdir /go && echo program > /go/app && chmod 755 /go/app\n");
    put("Dockerfile", "FROM busybox\nCOPY app /app\nCMD cat /app\n");
    auto built = line(
        "docker build -t other build && docker container create --name extract other && "
        "docker container cp extract:/go/app ./app && docker container rm -f extract && "
        "docker build -t built . && rm ./app");
    ASSERT_EQ(built.status, 0) << describe(built);
    EXPECT_EQ(docker("run --rm built"), "program");
    EXPECT_EQ(in_image("stat -c %a /app"), "755");
}

}  // namespace
}  // namespace dhow::test
