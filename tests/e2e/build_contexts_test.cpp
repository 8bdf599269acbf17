// A folder that is built from again: what of it is sent, and what the daemon takes of what it has.

#include <sys/socket.h>

#include "e2e/build_support.hpp"
#include "support/http.hpp"
#include "wire/context_line.hpp"

namespace dhow::test {
namespace {

namespace fs = std::filesystem;
namespace context_line = wire::context_line;
using context_line::Kind;
using testing::HasSubstr;
using testing::Not;

class BuildContexts : public Builds {
  protected:
    Door door() const override { return Door::dhow; }
    void TearDown() override {
        daemon().docker("rmi -f built other");
        daemon().docker("builder prune -af");
        // Nothing of a build that is over.
        EXPECT_THAT(run(sh("ls " + (daemon().data_root() / "build").native())).text(),
                    Not(HasSubstr("context")));
        Builds::TearDown();
    }

    /// What was sent, as the build shows it. What is built from is old enough to be trusted the next time.
    std::string sends(const std::string& options = "") const {
        std::this_thread::sleep_for(200ms);
        auto shown = works("docker build " + options + " -t built .");
        auto begin = shown.find("Daemon  ") + 8;
        return shown.substr(begin, shown.find('\n', begin) - begin);
    }
    static fs::path kept() { return daemon().data_root() / "build-cache/contexts"; }
    static std::size_t count_kept() {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(kept()), fs::directory_iterator()));
    }
    /// Stops a build as soon as some of the file "big" has come. $pid is the client then.
    static std::string stopped_in_the_middle() {
        return "sleep 0.2; truncate -s 400M big; docker build -t built . >../shown 2>&1 & pid=$!; until ls " +
               kept().native() + "/*/files/big; do sleep 0.01; done >/dev/null 2>&1; kill -STOP $pid; ";
    }
};

const char* copies_all = "FROM busybox\nCOPY . /all\n";

TEST_F(BuildContexts, only_what_changed_is_sent) {
    put("Dockerfile", copies_all);
    put("a", "12345");
    put("dir/b", "1234567");
    EXPECT_EQ(sends(), "37B");
    EXPECT_EQ(sends(), "0B");
    put("dir/b", "123456789");
    EXPECT_EQ(sends(), "9B");
    EXPECT_EQ(in_image("cat /all/a /all/dir/b"), "12345123456789");
    works("mv a c; chmod 700 dir/b");
    EXPECT_EQ(sends(), "14B");
    EXPECT_EQ(in_image("sh -c 'cat /all/c; ls /all; stat -c %a /all/dir/b'"), "12345Dockerfile\nc\ndir\n700");
    works("rm -r dir; ln -s c dir");
    EXPECT_EQ(sends(), "0B");
    EXPECT_EQ(in_image("readlink /all/dir"), "c");
    EXPECT_EQ(count_kept(), 1U);
}

TEST_F(BuildContexts, other_content_of_the_same_size_and_time_is_noticed) {
    put("Dockerfile", copies_all);
    put("a", "one");
    sends();
    works("cp -p a ../before; printf two > a; touch -r ../before a");
    EXPECT_EQ(sends(), "3B");
    EXPECT_EQ(in_image("cat /all/a"), "two");
    // And within a tick of the clock of files.
    for (int i = 0; i < 10; ++i) {
        auto text = std::to_string(100 + i);
        works("printf 'abc' > a; docker build -q . >/dev/null; printf " + text +
              " > a; touch -r ../before a; docker build -q -t built .");
        EXPECT_EQ(in_image("cat /all/a"), text);
    }
}

TEST_F(BuildContexts, a_build_beside_another_of_the_same_folder_has_its_own) {
    put("Dockerfile", "FROM busybox\nCOPY . /all\nRUN sleep 2\n");
    put("a", "one");
    works(
        "sleep 0.2; docker build -t other . > ../first & sleep 0.7; printf two > a; docker build -t built . "
        "> "
        "../second; wait");
    EXPECT_EQ(docker("run --rm other cat /all/a"), "one");
    EXPECT_EQ(in_image("cat /all/a"), "two");
    EXPECT_EQ(count_kept(), 1U);
    EXPECT_EQ(sends(), "3B");
}

TEST_F(BuildContexts, a_client_that_is_killed_while_it_sends_leaves_nothing_half) {
    put("Dockerfile", copies_all);
    put("a", "one");
    works(stopped_in_the_middle() + "kill -9 $pid; wait; until ! ls " + kept().native() +
          "/*/files/big; do sleep 0.01; done >/dev/null 2>&1");
    works("rm big; printf 1 > big");
    EXPECT_EQ(sends(), "1B");
    EXPECT_EQ(in_image("cat /all/a /all/big"), "one1");
}

TEST_F(BuildContexts, a_daemon_that_is_killed_while_it_receives_believes_nothing_of_it) {
    put("Dockerfile", copies_all);
    put("a", "one");
    sends();
    works(stopped_in_the_middle() + "echo $pid > ../pid");
    daemon().crash_and_restart();
    works("kill -9 $(cat ../pid); rm big; printf 1 > big");
    EXPECT_EQ(sends(), "29B");
    EXPECT_EQ(in_image("cat /all/a /all/big"), "one1");
    EXPECT_EQ(sends(), "0B");
}

TEST_F(BuildContexts, a_file_that_becomes_shorter_while_it_is_sent_is_told) {
    put("Dockerfile", copies_all);
    works(stopped_in_the_middle() +
          "truncate -s 1M big; kill -CONT $pid; wait $pid; echo $? > ../status; rm big");
    EXPECT_NE(read("../status"), "0\n");
    EXPECT_THAT(read("../shown"), HasSubstr("big became shorter while it was sent"));
    EXPECT_EQ(sends(), "0B");
}

TEST_F(BuildContexts, folders_that_are_left_out_come_with_what_is_not) {
    put("Dockerfile", copies_all);
    put(".dockerignore", "dir\n!dir/deep/kept\nDockerfile\n.dockerignore\n");
    put("dir/deep/kept", "kept");
    put("dir/deep/other", "other");
    put("dir/more/other", "other");
    works("chmod 711 dir/deep");
    sends();
    EXPECT_EQ(in_image("find /all | sort"), "/all\n/all/dir\n/all/dir/deep\n/all/dir/deep/kept");
    EXPECT_EQ(in_image("stat -c %a /all/dir/deep"), "711");
}

TEST_F(BuildContexts, a_dockerfile_from_elsewhere_is_no_file_of_it) {
    put("a", "one");
    put("../elsewhere", copies_all);
    works("docker build -f ../elsewhere -t built .");
    EXPECT_EQ(in_image("ls -A /all"), "a");
    EXPECT_THAT(works("docker build -t built -f - . < ../elsewhere"), HasSubstr("Using cache"));
    put(".dockerignore", "*\n!a\n");
    EXPECT_THAT(works("docker build -t built -f - . < ../elsewhere"), HasSubstr("Using cache"));
}

TEST_F(BuildContexts, every_door_finds_what_another_made_of_the_same_files) {
    put("Dockerfile", copies_all);
    put("dir/a", "one");
    put("dir/empty", "");
    works("ln -s dir/a link; mkfifo pipe; ln dir/a hard; chmod 4750 dir/a");
    works("docker build -t built .");
    for (auto other : {Door::classic, Door::buildx}) {
        if (missing(other)) continue;
        auto shown = run(through(daemon(), other, "cd context && docker build -t other ."));
        EXPECT_THAT(shown.out + shown.err, HasSubstr(other == Door::buildx ? "CACHED" : "Using cache"));
    }
}

/// A client that speaks by hand.
class Stranger {
  public:
    explicit Stranger(const fs::path& socket, const std::string& target = "/build/context?key=strange")
        : socket_(connect_unix(socket)) {
        write("POST " + target + " HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    }
    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            auto count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count < 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    void frame(Kind kind, std::string_view payload) {
        std::string out;
        context_line::put_frame(out, kind, payload);
        write(out);
    }
    void describe(const std::string& path, std::uint32_t mode, const std::string& link = "",
                  std::int64_t size = 0) {
        std::string payload;
        context_line::put_entry(payload, {path, mode, size, 1, 1, 1, true, link});
        frame(Kind::entries, payload);
    }
    /// All that the daemon says until it ends the connection, or for two seconds.
    std::string answer() {
        timeval limit{2, 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        std::string all;
        char buffer[4096];
        for (ssize_t count; (count = ::recv(socket_.get(), buffer, sizeof buffer, 0)) > 0;)
            all.append(buffer, static_cast<std::size_t>(count));
        return all;
    }

  private:
    UniqueFd socket_;
};

TEST_F(BuildContexts, hostile_descriptions_are_refused) {
    auto refuses = [&](const std::string& words, const std::function<void(Stranger&)>& speak) {
        Stranger stranger(daemon().socket());
        speak(stranger);
        EXPECT_THAT(stranger.answer(), HasSubstr(words));
    };
    for (const char* path : {"../out", "/etc/out", "a/../../out", "", "a//b", "."})
        refuses("no path below its folder", [&](Stranger& it) { it.describe(path, S_IFREG | 0644); });
    refuses("without its folder", [](Stranger& it) {
        it.describe("link", S_IFLNK | 0777, "/etc");
        it.describe("link/out", S_IFREG | 0644);
    });
    refuses("twice", [](Stranger& it) {
        it.describe("a", S_IFREG | 0644);
        it.describe("a", S_IFREG | 0644);
    });
    for (auto type : {S_IFBLK, S_IFCHR, S_IFSOCK})
        refuses("cannot hold one", [&](Stranger& it) { it.describe("disk", type | 0600U); });
    refuses("has the size -1", [](Stranger& it) { it.describe("a", S_IFREG | 0644, "", -1); });
    refuses("end too early", [](Stranger& it) { it.frame(Kind::entries, "\xff\xff\xff\xff{}"); });
    refuses("unknown kind", [](Stranger& it) { it.write("{\"path\": \"a\"}\n"); });
    refuses("too long", [](Stranger& it) { it.write(context_line::make_header(Kind::entries, ~0U)); });
    refuses("before it had described", [](Stranger& it) { it.frame(Kind::content, "x"); });
    refuses("more than it was asked for", [](Stranger& it) {
        it.describe("a", S_IFREG | 0644, "", 1);
        it.frame(Kind::described, "");
        it.frame(Kind::content, "xx");
    });
    refuses("something else", [](Stranger& it) {
        it.describe("c", S_IFREG | 0644, "", 1);
        it.frame(Kind::described, "");
        it.describe("b", S_IFREG | 0644);
    });
    EXPECT_THAT(Stranger(daemon().socket(), "/build/context").answer(), HasSubstr("needs a key"));
    EXPECT_THAT(Stranger(daemon().socket(), "/build?context=nothing").answer(),
                HasSubstr("no folder to build from"));
}

TEST_F(BuildContexts, a_key_is_no_path) {
    Stranger stranger(daemon().socket(), "/build/context?key=..%2F..%2Fout");
    stranger.describe("a", S_IFREG | 0644, "", 1);
    stranger.frame(Kind::described, "");
    stranger.frame(Kind::content, "x");
    EXPECT_THAT(stranger.answer(), HasSubstr("\x07"));
    EXPECT_EQ(count_kept(), 1U);
    EXPECT_FALSE(fs::exists(daemon().data_root() / "out"));
}

}  // namespace
}  // namespace dhow::test
