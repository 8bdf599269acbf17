#include "programs/dhowd/wiring.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <ctime>
#include <memory>

#include <malloc.h>
#include <sys/stat.h>

#include "api/server.hpp"
#include "base/async/sync.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/version.hpp"
#include "build/builder.hpp"
#include "engine/engine.hpp"
#include "engine/registries.hpp"
#include "image/images.hpp"
#include "image/registries.hpp"
#include "linux/memory.hpp"
#include "network/networks.hpp"
#include "programs/dhowd/single.hpp"
#include "store/store.hpp"

namespace dhow::daemon {

namespace {

/// Calls that may be stuck in the kernel before others wait. Threads cost memory only once they run.
constexpr std::size_t blocking_threads = 8;
constexpr auto shutdown_patience = std::chrono::seconds(1);  // for requests under way; followers never end
constexpr auto housekeeping_pause = std::chrono::seconds(30);
constexpr auto housekeeping_cost = std::chrono::milliseconds(10);  // of processor time, with room to spare

void make_directory(const std::filesystem::path& path, mode_t mode) {
    std::filesystem::create_directories(path);
    check(::chmod(path.c_str(), mode), "chmod {}", path.string());
}

/// The daemon's id, made at its first start and kept.
std::string daemon_id(const std::filesystem::path& data_root) {
    auto path = data_root / "engine-id";
    std::string id;
    if (std::FILE* file = std::fopen(path.c_str(), "re")) {
        char text[64] = {};
        if (std::fgets(text, sizeof text, file)) id = text;
        std::fclose(file);
    }
    if (id.size() == 36) return id;
    auto hex = random_hex(16);
    id = fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
    if (std::FILE* file = std::fopen(path.c_str(), "we")) {
        std::fputs(id.c_str(), file);
        std::fclose(file);
    }
    return id;
}

/// Gives memory back once the daemon was idle from one look to the next, and has worked before that.
class IdleMemory {
  public:
    void look() {
        timespec used{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
        const auto total = std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
        const bool idle = total - total_ < housekeeping_cost;
        if (idle && !given_back_) linux::give_back_idle_pages();
        given_back_ = idle;
        total_ = total;
    }

  private:
    std::chrono::nanoseconds total_{};
    bool given_back_ = false;
};

/// The loop, whose pending coroutines can be ended while what they refer to is still there.
class Loop : public asio::io_context {
  public:
    Loop() : io_context(1) {}
    void end_coroutines() { shutdown(); }
};

class Daemon {
  public:
    explicit Daemon(Config config)
        : config_(std::move(config)),
          pidfile_(config_.pidfile),
          store_(config_.engine.data_root),
          images_(store_),
          registry_images_(store_, config_.registries),
          networks_(config_.network),
          pool_(std::make_unique<BlockingPool>(blocking_threads)),
          engine_(loop_.get_executor(), *pool_, store_, images_, networks_, config_.engine),
          registries_(loop_.get_executor(), engine_.events(), registry_images_),
          builder_(build_services()),
          server_(loop_.get_executor(), engine_, registries_, builder_),
          signals_(loop_, SIGTERM, SIGINT) {}

    void run() {
        for (const auto& host : config_.hosts) server_.listen(host, config_.group);
        asio::co_spawn(loop_, live(), [this](std::exception_ptr failure) {
            failure_ = failure;
            loop_.stop();
        });
        loop_.run();
        // What is being done for somebody refers to all parts: it ends before they do.
        pool_.reset();
        loop_.end_coroutines();
        if (failure_) std::rethrow_exception(failure_);
    }

  private:
    Task<void> live() {
        co_await engine_.recover();
        server_.start();
        for (const auto& host : config_.hosts) log::info("API listen on {}", host);
        notify_service_manager("READY=1");
        linux::give_back_idle_pages();  // what only the start needed
        asio::co_spawn(loop_, keep_house(), asio::detached);
        boost::system::error_code failed;
        int signal = co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, failed));
        log::info("signal {} received: the daemon ends, containers keep running", signal);
        notify_service_manager("STOPPING=1");
        co_await registries_.close();
        engine_.close();
        co_await server_.stop(shutdown_patience);
    }

    /// What nobody waits for: memory that a burst left goes back to the kernel, layers that were just being
    /// used when their image was removed go, the write-ahead log goes into its file, and firewall rules that
    /// somebody flushed come back.
    Task<void> keep_house() {
        IdleMemory memory;
        while (true) {
            memory.look();
            co_await sleep_for(housekeeping_pause);
            try {
                co_await pool_->run([this] {
                    store_.collect();
                    store_.database().checkpoint();
                    for (const auto& line : networks_.repair()) log::warning("network: put back {}", line);
                });
            } catch (const Error& error) {
                log::warning("housekeeping: {}", error.what());
            }
        }
    }

    build::Services build_services() {
        const auto& from = config_.engine;
        build::Options options{from.exec_root, from.runtime,     from.cgroup_parent,
                               from.dns,       from.dns_options, from.dns_search};
        build::Remotes remotes;
        remotes.pull = [this](image::PullRequest request, image::ProgressSink progress,
                              engine::Registries::Cancellation cancellation) {
            return registries_.pull(std::move(request), std::move(progress), std::move(cancellation));
        };
        remotes.make_cancellation = [this] { return registries_.make_cancellation(); };
        remotes.options = registry_images_.options();
        return {loop_.get_executor(), *pool_, store_, images_, networks_, std::move(options),
                std::move(remotes)};
    }

    Config config_;
    PidFile pidfile_;
    store::Store store_;
    image::Images images_;
    image::Registries registry_images_;
    network::Networks networks_;
    Loop loop_;
    std::unique_ptr<BlockingPool> pool_;
    engine::Engine engine_;
    engine::Registries registries_;
    build::Builder builder_;
    api::Server server_;
    asio::signal_set signals_;
    std::exception_ptr failure_;
};

}  // namespace

void run(Config config) {
    // Threads that only wait for system calls need no arenas of their own.
    ::mallopt(M_ARENA_MAX, 2);
    ::signal(SIGPIPE, SIG_IGN);
    ::umask(022);
    make_directory(config.engine.data_root, 0710);
    make_directory(config.engine.exec_root, 0700);
    config.engine.id = daemon_id(config.engine.data_root);
    auto program = std::filesystem::read_symlink("/proc/self/exe");
    config.engine.runtime = program.parent_path() / "dhow-runtime";
    if (!std::filesystem::exists(config.engine.runtime))
        throw NotFound("there is no dhow-runtime beside {}", program.string());
    if (config.engine.init.empty()) config.engine.init = program.parent_path() / "dhow-init";
    config.registries.user_agent = fmt::format("dhow/{}", version);
    log::info("dhowd {} starts", version);
    Daemon(std::move(config)).run();
}

}  // namespace dhow::daemon
