#include "support/daemon.hpp"

#include <csignal>

#include <unistd.h>

#include "base/error.hpp"
#include "support/http.hpp"

namespace dhow::test {
namespace {

std::optional<std::filesystem::path> find_program(const std::string& name) {
    for (auto folder : {"/usr/local/bin", "/usr/bin", "/usr/sbin", "/bin", "/sbin"})
        if (auto path = std::filesystem::path(folder) / name; ::access(path.c_str(), X_OK) == 0) return path;
    return std::nullopt;
}

}  // namespace

Daemon::Daemon(const Host& host) : host_(host) {
    std::filesystem::create_directories(work());
    for (auto [folder, target] : {std::pair{"docker", docker_program().value_or("/docker.io-is-missing")},
                                  std::pair{"dhow", Dhowd::program("dhow")}}) {
        auto bin = this->folder() / "bin" / folder;
        std::filesystem::create_directories(bin);
        std::filesystem::create_symlink(target, bin / "docker");
    }
}

void Daemon::start_process(const Command& command) {
    process_ = std::make_unique<Process>(command, folder() / "log", folder() / "log");
    if (!eventually([&] { return answers(socket()) || process_->wait(0ms); }, 30s) || process_->wait(0ms))
        throw InternalError("{} did not start:\n{}", command.argv.front(), log());
}

void Daemon::stop() {
    if (!running()) return;
    process_->signal(SIGTERM);
    auto status = process_->wait(30s);
    if (!status) throw InternalError("the daemon did not end on SIGTERM:\n{}", log());
    if (*status != 0) throw InternalError("the daemon ended with status {} on SIGTERM:\n{}", *status, log());
}

void Daemon::kill9() {
    process_->signal(SIGKILL);
    process_->wait(5s);
}

bool Daemon::running() { return process_ && !process_->wait(0ms); }

Command Daemon::sh(const std::string& line, Client client) const {
    auto bin = folder() / "bin" / (client == Client::docker ? "docker" : "dhow");
    auto command = test::sh(line);
    command.folder = work();
    return command.on(host_)
        .with("PATH", bin.native() + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .with("DOCKER_HOST", "unix://" + socket().native())
        .with("DOCKER_CONFIG", (folder() / "client").native())
        .with("DOCKER_CLI_HINTS", "false")
        .with("WORK", work().native());
}

Result Daemon::docker(const std::string& line, Client client) const {
    return run(sh("docker " + line, client));
}

std::string Daemon::docker_ok(const std::string& line, Client client) const {
    return expect_success(docker(line, client)).text();
}

void Daemon::import_busybox(const std::string& name) {
    expect_success(
        run(sh(fmt::format("docker import -c 'CMD [\"sh\"]' {} {}", busybox_tar().native(), name))));
}

void Daemon::remove_all() {
    expect_success(run(sh(R"sh(
        for attempt in 1 2 3 4 5 6 7 8 9 last; do
            ids=$(docker ps -aq)
            [ -n "$ids" ] || break
            # One that is being removed already is refused: the next listing lacks it.
            docker rm -f -v $ids >/dev/null || { [ $attempt != last ] && sleep 0.2; } || exit 1
        done
        ids=$(docker volume ls -q); [ -z "$ids" ] || docker volume rm -f $ids >/dev/null
        ids=$(docker images --format '{{.Repository}} {{.ID}}' | sed -n 's/^<none> //p')
        [ -z "$ids" ] || docker rmi -f $ids >/dev/null)sh")));
}

Dhowd::Dhowd(const Host& host, std::vector<std::string> options, Environment environment)
    : Daemon(host), options_(std::move(options)), environment_(std::move(environment)) {
    start();
}

Dhowd::~Dhowd() {
    try {
        if (!running()) start();
        remove_all();
        stop();
    } catch (const std::exception& error) {
        ::fprintf(stderr, "dhowd under test: %s\n%s\n", error.what(), log().c_str());
    }
    run(test::sh("rmdir /sys/fs/cgroup/*/" + cgroup_parent() + " /sys/fs/cgroup/" + cgroup_parent()));
}

void Dhowd::start() {
    std::vector<std::string> argv{program("dhowd"),
                                  "--data-root",
                                  data_root(),
                                  "--exec-root",
                                  exec_root(),
                                  "--pidfile",
                                  folder() / "pid",
                                  "-H",
                                  "unix://" + socket().native(),
                                  "--cgroup-parent",
                                  "/" + cgroup_parent()};
    argv.insert(argv.end(), options_.begin(), options_.end());
    auto command = test::program(std::move(argv)).on(host_);
    command.environment = environment_;
    start_process(command);
}

void Daemon::crash_and_restart() {
    kill9();
    start();
}

std::filesystem::path Dhowd::program(const std::string& name) {
    return std::filesystem::path(DHOW_PROGRAMS) / name;
}

Dockerd::Dockerd(const Host& host) : Daemon(host) { start(); }

Dockerd::~Dockerd() {
    try {
        remove_all();
        stop();
    } catch (const std::exception& error) {
        ::fprintf(stderr, "dockerd beside it: %s\n", error.what());
    }
    run(test::sh(fmt::format("umount -l {}/* 2>/dev/null", (data_root() / "overlay2").native())));
}

void Dockerd::start() {
    start_process(test::program({find_program("dockerd").value_or("dockerd"), "--data-root", data_root(),
                                 "--exec-root", exec_root(), "--pidfile", folder() / "pid", "-H",
                                 "unix://" + socket().native(), "--log-level", "error", "--live-restore"})
                      .on(host_));
}

std::optional<std::string> Dockerd::missing() {
    if (::geteuid() != 0) return "dockerd needs root";
    for (auto name : {"dockerd", "containerd", "docker"})
        if (!find_program(name))
            return fmt::format("{} is not installed (scripts/install-packages test)", name);
    return std::nullopt;
}

std::optional<std::filesystem::path> docker_program() { return find_program("docker"); }

std::filesystem::path busybox_tar() {
    static ScratchFolder scratch;
    static const auto tar = [] {
        expect_success(
            run(sh(DHOW_SOURCE "/scripts/busybox-root >" + (scratch.path() / "busybox.tar").native())));
        return scratch.path() / "busybox.tar";
    }();
    return tar;
}

}  // namespace dhow::test
