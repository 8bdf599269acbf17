// Programs that people run, built from Dockerfiles as people write them, on a Debian made of its packages;
// each is then used by its own client. Every one is built through every door, and must be the same image.
//
// The daemon's host has no way out: what the builds install comes from a repository that is made of this
// machine's mirrors beforehand (support/debian-repository), and is served on the host.

#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "support/doors.hpp"
#include "support/end_to_end.hpp"

namespace dhow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* suite = "bookworm";
/// All that the Dockerfiles install.
constexpr const char* packages = "nginx curl redis postgresql-15 apache2 supervisor g++ make nodejs";
/// The bridge's own address: where builds and containers find what the host serves.
constexpr const char* repository = "http://172.17.0.1:3142";

class Projects : public EndToEnd {
  protected:
    static void SetUpTestSuite() {
        EndToEnd::SetUpTestSuite();
        try {
            make_base();
        } catch (const std::exception& error) {
            FAIL() << error.what();
        }
        settle();
    }
    static void TearDownTestSuite() {
        server_.reset();
        EndToEnd::TearDownTestSuite();
    }
    void SetUp() override {
        if (!missing_.empty()) GTEST_SKIP() << missing_;
    }
    void TearDown() override {
        daemon().remove_all();
        daemon().docker("rmi -f " + project_ + " node:18");
        for (int i = 0; i < 9; ++i) daemon().docker("image prune -f");
        // What was removed is large, and goes in the background.
        eventually([] { return std::filesystem::is_empty(daemon().data_root() / "trash"); }, 60s);
        EndToEnd::TearDown();
    }

    /// Its folder on the test's side; what stands in it may be changed.
    std::filesystem::path take(const std::string& project) {
        project_ = project;
        expect_success(run(daemon().sh("rm -rf " + project + " && cp -a " PROJECTS "/" + project + " .")));
        return daemon().work() / project;
    }
    /// Builds the image of the project's name through every door. @return what the last one said
    std::string build(const std::string& options = "") {
        std::string id, said;
        for (auto door : doors()) {
            if (test::missing(door)) continue;
            auto line = fmt::format("docker build {} -t {} {}", options, project_, project_);
            auto result = run(through(daemon(), door, line).within(300s));
            EXPECT_EQ(result.status, 0) << to_text(door) << ": " << describe(result);
            auto built = inspect(project_, "{{.Id}}");
            EXPECT_TRUE(id.empty() || id == built) << to_text(door) << " made another image";
            id = built;
            said = result.out + result.err;
        }
        return said;
    }
    /// What a line of bash on the daemon's host says.
    static std::string on_host(const std::string& line) {
        auto result = run(daemon().sh(line));
        EXPECT_EQ(result.status, 0) << describe(result);
        return result.text();
    }
    static void expect_answer(const std::string& url, const std::string& answer) {
        auto ask = "curl --silent --show-error --max-time 5 " + url;
        Result last;
        EXPECT_TRUE(eventually([&] { return (last = run(daemon().sh(ask))).text() == answer; }, 20s))
            << describe(last);
    }
    static void expect_log(const std::string& name, const std::string& words) {
        std::string said;
        auto ask = "docker logs " + name + " 2>&1";
        EXPECT_TRUE(eventually(
            [&] { return (said = run(daemon().sh(ask)).text()).find(words) != std::string::npos; }, 20s))
            << words << "\nis not in\n"
            << said;
    }
    static void expect_stops(const std::string& name) {
        auto time = milliseconds([&] { docker("stop -t 20 " + name); });
        EXPECT_LT(time, 15'000) << name << " did not take its signal";
        EXPECT_EQ(inspect(name, "{{.State.ExitCode}}"), "0");
    }
    static void expect_healthy(const std::string& name) {
        EXPECT_TRUE(eventually([&] { return inspect(name, "{{.State.Health.Status}}") == "healthy"; }, 20s))
            << inspect(name, "{{json .State.Health}}");
    }
    static std::filesystem::path served() { return std::filesystem::path(REPOSITORY) / "archives"; }

  private:
    static void make_base() {
        auto helper = fmt::format("{} {} {} ", DEBIAN_REPOSITORY, REPOSITORY, suite);
        auto mirrors = run(sh(helper + "/dev/null"));
        if (mirrors.status == 3) {
            missing_ = fmt::format("apt knows no mirror of Debian {} here", suite);
            return;
        }
        if (run(sh("which mmdebstrap busybox apt-get")).status != 0) {
            missing_ = "mmdebstrap is not installed (scripts/install-packages debian)";
            return;
        }
        // From outside of the host: it has no network.
        std::string sources;
        for (const auto& line : lines_of(expect_success(mirrors).out))
            sources += fmt::format(" --mirror '{}'", line);
        auto outside =
            daemon().sh(fmt::format("docker image bootstrap{} debian:{}", sources, suite), Client::dhow);
        outside.network = -1;
        expect_success(run(outside.within(480s)));
        expect_success(run(
            daemon().sh(fmt::format("docker run --rm debian:{} cat /var/lib/dpkg/status > status", suite))));
        auto status = (daemon().work() / "status").native();
        expect_success(run(sh(helper + status + " " + packages).within(240s)));
        server_ = std::make_unique<Process>(
            daemon().sh("exec busybox httpd -f -p 0.0.0.0:3142 -h " + served().native()), "", "");
        expect_success(run(daemon().sh(
            fmt::format(
                "docker build -t debian:{} - <<'X'\nFROM debian:{}\nRUN rm -f /etc/apt/sources.list.d/* && "
                "echo 'deb [trusted=yes] {}/ ./' > /etc/apt/sources.list\nX",
                suite, suite, repository),
            Client::dhow)));
    }

    static std::string missing_;
    static std::unique_ptr<Process> server_;
    std::string project_;
};

std::string Projects::missing_;
std::unique_ptr<Process> Projects::server_;

TEST_F(Projects, nginx_serves_files) {
    take("nginx");
    build();
    docker("run -d --name web -p 8080:80 nginx");
    expect_healthy("web");
    expect_answer("http://127.0.0.1:8080/", "<h1>served by nginx</h1>");
    auto packed =
        on_host("curl -s --compressed -D headers http://127.0.0.1:8080/files/text.txt; cat headers");
    EXPECT_THAT(packed, HasSubstr("line 40 of a text"));
    EXPECT_THAT(packed, HasSubstr("Content-Encoding: gzip"));
    EXPECT_THAT(on_host("curl -s http://127.0.0.1:8080/files/"), HasSubstr("text.txt"));
    EXPECT_EQ(on_host("curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/absent"), "404");
    expect_log("web", "\"GET /absent HTTP/1.1\" 404");
    // Process 1 is nginx: it takes its new configuration at a signal.
    docker("exec web sed -i 's/well/very well/' /etc/nginx/sites-available/default");
    docker("kill -s HUP web");
    expect_answer("http://127.0.0.1:8080/health", "very well");
    expect_stops("web");
}

TEST_F(Projects, redis_keeps_its_data) {
    take("redis");
    build();
    docker("run -d --name store -v kept:/data -p 6379:6379 redis");
    std::string client = "run --rm --network container:store redis redis-cli ";
    EXPECT_TRUE(eventually([&] { return daemon().docker(client + "ping").text() == "PONG"; }));
    EXPECT_EQ(docker(client + "set ship dhow"), "OK");
    EXPECT_EQ(docker(client + "incrby tons 40"), "40");
    // Published: another on the host's own network.
    EXPECT_EQ(docker("run --rm --network host redis redis-cli -h 127.0.0.1 get ship"), "dhow");
    EXPECT_EQ(docker("exec store stat -c %U /proc/1"), "redis");
    EXPECT_THAT(docker("run --rm --network container:store redis redis-benchmark -q -n 5000 -t set,lpush"),
                HasSubstr("requests per second"));
    expect_stops("store");
    docker("rm store");
    docker("run -d --name store -v kept:/data redis --maxmemory 10mb");
    EXPECT_TRUE(eventually([&] { return daemon().docker(client + "get ship").text() == "dhow"; }));
    EXPECT_THAT(docker(client + "config get maxmemory"), HasSubstr("10485760"));
}

TEST_F(Projects, postgresql_with_its_entry_point) {
    take("postgresql");
    build();
    auto refused = daemon().docker("run --rm postgresql");
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("POSTGRES_PASSWORD is not set"));
    write_file(daemon().work() / "password", "secret word\n");
    docker(
        "run -d --name db -p 5432:5432 -v $WORK/password:/run/password:ro -v "
        "cluster:/var/lib/postgresql/data "
        "-e POSTGRES_PASSWORD_FILE=/run/password -e POSTGRES_DB=fleet postgresql");
    expect_log("db", "the cluster is complete");
    auto client = [](const std::string& options, const std::string& password) {
        return fmt::format("run --rm -e PGPASSWORD='{}' postgresql {} -h {}", password, options,
                           inspect("db", "{{.NetworkSettings.IPAddress}}"));
    };
    auto query =
        client("psql -U postgres -d fleet -At -c 'SELECT count(*), sum(tons) FROM ship'", "secret word");
    EXPECT_TRUE(eventually([&] { return daemon().docker(query).text() == "1000|5005000"; }, 20s))
        << describe(daemon().docker(query));
    auto reader = client("psql -U reader -d fleet -At -c \"DELETE FROM ship\"", "read");
    EXPECT_THAT(daemon().docker(reader).err, HasSubstr("permission denied for table ship"));
    EXPECT_THAT(daemon().docker(client("psql -U postgres -l", "wrong")).err,
                HasSubstr("password authentication failed"));
    docker(client("pgbench -U postgres -i -q fleet", "secret word"));
    EXPECT_THAT(docker(client("pgbench -U postgres -c 4 -t 50 -n fleet", "secret word")),
                HasSubstr("number of transactions actually processed: 200/200"));
    expect_stops("db");
    expect_log("db", "database system is shut down");
    docker("start db");
    // It has another address now, maybe.
    query = client("psql -U postgres -d fleet -At -c 'SELECT count(*), sum(tons) FROM ship'", "secret word");
    EXPECT_TRUE(eventually([&] { return daemon().docker(query).text() == "1000|5005000"; }, 20s))
        << describe(daemon().docker(query)) << daemon().docker("logs db").err;
    EXPECT_THAT(run(daemon().sh("docker logs db 2>&1 | grep -c 'the cluster is complete'")).text(), "1");
}

TEST_F(Projects, apache_is_process_1) {
    take("apache");
    build();
    docker("run -d --name web -P apache");
    auto port = on_host("docker port web 80/tcp | head -1 | sed 's/.*://'");
    expect_answer("http://127.0.0.1:" + port + "/", "served by apache");
    EXPECT_EQ(docker("exec web cat /proc/1/comm"), "apache2");
    EXPECT_EQ(docker("exec web stat -c %U /proc/1 /var/www/html/index.html"), "root\nroot");
    expect_log("web", "\"GET / HTTP/1.1\" 200");
    EXPECT_THAT(lines_of(inspect("web", "{{range .Mounts}}{{.Type}} {{.Destination}}\n{{end}}")),
                testing::UnorderedElementsAre("volume /var/www/html", "volume /var/log/apache2/kept"));
    docker("exec web sh -c 'echo another page > /var/www/html/new.html'");
    docker("kill -s USR1 web");
    expect_log("web", "SIGUSR1 received.  Doing graceful restart");
    expect_answer("http://127.0.0.1:" + port + "/new.html", "another page");
    expect_stops("web");
}

TEST_F(Projects, supervisord_stands_over_two_programs) {
    take("supervisord");
    build();
    docker("run -d --name both -p 8080:80 supervisord");
    expect_answer("http://127.0.0.1:8080/", "served under supervisord");
    EXPECT_TRUE(eventually([] { return daemon().docker("exec both redis-cli ping").text() == "PONG"; }));
    EXPECT_TRUE(eventually([] {
        auto status = daemon().docker("exec both supervisorctl status").out;
        return lines_of(status).size() == 2 &&
               status.find("RUNNING", status.find("RUNNING") + 1) != status.npos;
    })) << docker("exec both supervisorctl status");
    // What dies comes back.
    auto first = docker("exec both supervisorctl pid store");
    docker("exec both sh -c 'kill -9 " + first + "'");
    EXPECT_TRUE(eventually([] { return daemon().docker("exec both redis-cli ping").text() == "PONG"; }));
    EXPECT_NE(docker("exec both supervisorctl pid store"), first);
    expect_log("both", "exited: store (terminated by SIGKILL; not expected)");
    expect_stops("both");
    expect_log("both", "stopped: web");
}

TEST_F(Projects, cpp_program_is_compiled_with_a_cache_and_ships_alone) {
    auto folder = take("cpp");
    build();
    docker("run -d --name clock -p 8000:8000 cpp");
    expect_answer("http://127.0.0.1:8000/now", "hello from C++ at /now");
    EXPECT_EQ(docker("exec clock /clock --self-test"), "hello from C++ at /test");
    expect_stops("clock");
    expect_log("clock", "stopped");
    auto files = on_host("id=$(docker create cpp) && docker export $id | tar t && docker rm $id >&2");
    EXPECT_THAT(files, HasSubstr("clock\n"));
    EXPECT_THAT(files, Not(HasSubstr("usr/")));
    // One source changed: the other's object is in the cache still. Times in a context's tar are whole
    // seconds.
    std::this_thread::sleep_for(1100ms);
    write_file(folder / "src/main.cpp", read_file(folder / "src/main.cpp") + "// changed\n");
    auto again = run(through(daemon(), Door::classic, "docker build -t cpp cpp"));
    EXPECT_EQ(again.status, 0) << describe(again);
    EXPECT_THAT(again.out, HasSubstr("-o /work/objects/main.o"));
    EXPECT_THAT(again.out, Not(HasSubstr("-o /work/objects/server.o")));
    docker("builder prune -f");
}

TEST_F(Projects, node_program_installs_its_modules_with_npm) {
    auto folder = take("node");
    auto npm = sh("cd " + folder.native() + "/base && npm pack --silent npm@10 && mv npm-10*.tgz npm.tgz");
    if (auto fetched = run(npm); fetched.status != 0)
        GTEST_SKIP() << "there is no npm to be had here: " << describe(fetched);
    auto registry = served() / "npm";
    on_host(fmt::format("rm -rf {0} && node/registry {0} {1}/npm", registry.native(), repository));
    expect_success(run(daemon().sh("docker build -t node:18 node/base", Client::dhow).within(120s)));
    auto said = build(fmt::format("--build-arg NPM_CONFIG_REGISTRY={}/npm", repository));
    docker("run -d --name harbour -p 3000:3000 node");
    expect_healthy("harbour");
    expect_answer("http://127.0.0.1:3000/quay", "HELLO FROM HARBOUR 1.0.0 AT /QUAY!");
    EXPECT_EQ(docker("exec harbour id -un"), "node");
    EXPECT_EQ(docker("exec harbour ls node_modules"), "shout");
    expect_stops("harbour");
    expect_log("harbour", "stopped");
    docker("builder prune -f");
}

}  // namespace
}  // namespace dhow::test
