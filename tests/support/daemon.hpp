#pragma once
// The daemons under test: dhowd, and dockerd as the peer that every end-to-end test passes against first.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "support/host.hpp"
#include "support/shell.hpp"

namespace dhow::test {

/// Which command line `docker` is in a line given to Daemon::sh.
enum class Client {
    docker,  ///< the real one
    dhow,    ///< dhow, under that name
};

/// A daemon on a host, with a data root, an exec root and a socket of its own below a scratch folder.
class Daemon {
  public:
    virtual ~Daemon() = default;

    /// Starts it and waits until it answers. @throws InternalError with its log when it does not within 30 s.
    virtual void start() = 0;
    /// SIGTERM, and waits for its end.
    void stop();
    /// SIGKILL: what a crash or the out-of-memory killer does.
    void kill9();
    /// A crash, and the start after it.
    void crash_and_restart();
    bool running();
    pid_t pid() const { return process_ ? process_->pid() : -1; }

    const Host& host() const noexcept { return host_; }
    /// Holds data/, exec/, the socket and the log.
    const std::filesystem::path& folder() const noexcept { return scratch_.path(); }
    std::filesystem::path data_root() const { return folder() / "data"; }
    std::filesystem::path exec_root() const { return folder() / "exec"; }
    std::filesystem::path socket() const { return folder() / "d.sock"; }
    /// The parent of its containers' cgroups, a name of its own.
    std::string cgroup_parent() const { return folder().filename(); }
    std::string log() const { return read_file(folder() / "log"); }

    /// A line for bash on this host, with `docker` speaking to this daemon, and `work()` as the folder.
    Command sh(const std::string& line, Client client = Client::docker) const;
    /// Runs `docker LINE`.
    Result docker(const std::string& line, Client client = Client::docker) const;
    /// The same; its output without the last newline. @throws InternalError unless its status is 0.
    std::string docker_ok(const std::string& line, Client client = Client::docker) const;

    /// A folder for files of the test.
    std::filesystem::path work() const { return folder() / "work"; }
    /// Imports the busybox image under `name`.
    void import_busybox(const std::string& name = "busybox");
    /// Removes all containers and volumes, and the images without a name.
    void remove_all();

  protected:
    explicit Daemon(const Host& host);
    void start_process(const Command& command);

    const Host& host_;
    ScratchFolder scratch_;
    std::unique_ptr<Process> process_;
};

/// The dhowd of this build.
class Dhowd final : public Daemon {
  public:
    using Environment = std::map<std::string, std::string>;
    /// `options` and `environment` are added to what it gets anyway.
    explicit Dhowd(const Host& host, std::vector<std::string> options = {}, Environment environment = {});
    ~Dhowd() override;
    void start() override;

    /// The programs of this build: dhow, dhowd, dhow-runtime.
    static std::filesystem::path program(const std::string& name);

  private:
    std::vector<std::string> options_;
    Environment environment_;
};

/// Debian's dockerd with its own containerd.
class Dockerd final : public Daemon {
  public:
    explicit Dockerd(const Host& host);
    ~Dockerd() override;
    void start() override;

    /// Why there is no peer on this machine; none if there is one.
    static std::optional<std::string> missing();
};

/// The real docker command line, or none.
std::optional<std::filesystem::path> docker_program();

/// A tar of a root that holds busybox-static and a link for each of its applets. Made once a program.
std::filesystem::path busybox_tar();

}  // namespace dhow::test
