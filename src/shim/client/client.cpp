#include "shim/client/client.hpp"

#include <array>
#include <boost/asio/redirect_error.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shim/client/link.hpp"
#include "shim/client/spawn.hpp"
#include "shim/protocol/exit_record.hpp"
#include "shim/protocol/run_lock.hpp"

namespace dhow::shim {

using protocol::Kind;

namespace {

/// A shim without a daemon ends as soon as it sees that.
constexpr auto lock_patience = std::chrono::seconds(10);

std::string attach_payload(const AttachRequest& request) {
    return protocol::encode(protocol::Attach{request.exec_id, request.in, request.out, request.err,
                                             protocol::to_hex(request.detach_keys)});
}

class RemoteShim final : public Client {
  public:
    explicit RemoteShim(std::shared_ptr<Link> link) : link_(std::move(link)) {}
    ~RemoteShim() override { link_->close(); }

    Task<pid_t> create() override {
        auto answer = co_await link_->request(Kind::create);
        co_return protocol::decode<protocol::Process>(answer).pid;
    }

    Task<void> start() override { co_await link_->request(Kind::start); }

    Task<UniqueFd> attach(AttachRequest request) override {
        auto [ours, theirs] = protocol::socket_pair();
        co_await link_->request(Kind::attach, attach_payload(request), std::move(theirs));
        co_return std::move(ours);
    }

    Task<StartedExec> exec(ExecRequest request, std::optional<AttachRequest> attach) override {
        // All three are on their way before the first is answered; what the first refuses, the others do too.
        auto link = link_;
        auto created = link->ask(Kind::exec_create,
                                 protocol::encode(protocol::ExecCreate{
                                     request.exec_id, oci::write_process(request.process), request.in}));
        UniqueFd stream;
        std::shared_ptr<Link::Pending> attached;
        if (attach) {
            auto [ours, theirs] = protocol::socket_pair();
            stream = std::move(ours);
            attached = link->ask(Kind::attach, attach_payload(*attach), std::move(theirs));
        }
        auto started = link->ask(Kind::exec_start, protocol::encode(protocol::ExecId{request.exec_id}));
        co_await link->answer(created);
        if (attached) co_await link->answer(attached);
        auto answer = co_await link->answer(started);
        StartedExec result(protocol::decode<protocol::Process>(answer).pid, std::move(stream));
        co_return result;
    }

    Task<void> kill(int signal, bool all) override {
        auto payload = protocol::encode(protocol::Kill{{}, signal, all});
        co_await link_->request(Kind::kill, std::move(payload));
    }

    Task<void> exec_kill(std::string exec_id, int signal) override {
        auto payload = protocol::encode(protocol::Kill{exec_id, signal, false});
        co_await link_->request(Kind::exec_kill, std::move(payload));
    }

    Task<void> pause() override { co_await link_->request(Kind::pause); }
    Task<void> resume() override { co_await link_->request(Kind::resume); }

    Task<void> update(oci::Resources resources) override {
        auto payload = protocol::encode(protocol::Update{oci::write_resources(resources)});
        co_await link_->request(Kind::update, std::move(payload));
    }

    Task<void> resize(std::string exec_id, unsigned short rows, unsigned short columns) override {
        auto payload = protocol::encode(protocol::Resize{exec_id, rows, columns});
        co_await link_->request(Kind::resize, std::move(payload));
    }

    Task<Status> status() override {
        auto told = protocol::decode<protocol::Status>(co_await link_->request(Kind::status));
        for (const auto& exec : told.ended_execs) link_->tell_exec_exit(exec);
        Status status;
        status.pid = told.pid;
        status.started = told.started;
        status.paused = told.paused;
        if (!told.exit.empty()) status.exit = to_exit_status(told.exit.front());
        status.running_execs = std::move(told.running_execs);
        co_return status;
    }

    Task<void> dismiss() override {
        auto link = link_;
        try {
            link->expect_end();
            co_await link->request(Kind::dismiss);
        } catch (const Unavailable&) {
            // It has ended: what dismissing is for.
        }
    }

  private:
    std::shared_ptr<Link> link_;
};

protocol::Setup to_setup(const Spec& spec) {
    return {.id = spec.id,
            .bundle = spec.bundle,
            .state_root = spec.state_root,
            .run_directory = spec.run_directory,
            .log_driver = spec.log.driver,
            .log_path = spec.log.path,
            .log_max_size = spec.log.max_size,
            .log_max_files = spec.log.max_files,
            .log_compress = spec.log.compress,
            .open_stdin = spec.open_stdin,
            .stdin_once = spec.stdin_once};
}

/// Reaps a shim whenever it ends, with or without a Client.
Task<void> reap(UniqueFd pidfd) {
    asio::posix::stream_descriptor descriptor(co_await asio::this_coro::executor, pidfd.release());
    boost::system::error_code error;
    co_await descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                   asio::redirect_error(asio::use_awaitable, error));
    siginfo_t info{};
    ::waitid(P_PIDFD, static_cast<id_t>(descriptor.native_handle()), &info, WEXITED | WNOHANG);
}

}  // namespace

Task<std::shared_ptr<Client>> spawn(Spec spec, Events events, BlockingPool& pool) {
    auto executor = co_await asio::this_coro::executor;
    auto [ours, theirs] = protocol::socket_pair();
    auto link = std::make_shared<Link>(executor, std::move(ours), std::move(events));
    // Waits in the socket until the shim reads it.
    link->tell(Kind::setup, protocol::encode(to_setup(spec)));
    auto start = [&spec, control = theirs.get()] {
        auto lock = protocol::lock_run(spec.run_directory, lock_patience);
        return spawn_runtime(spec.runtime, {"shim", "--control", "3", "--lock", "5", spec.id},
                             {{control, 3}, {lock.get(), 5}});
    };
    auto child = co_await pool.run(start);
    theirs.reset();
    asio::co_spawn(executor, reap(std::move(child.pidfd)), asio::detached);
    link->run();
    co_return std::make_shared<RemoteShim>(std::move(link));
}

Task<std::shared_ptr<Client>> reconnect(std::filesystem::path run_directory, Events events) {
    auto executor = co_await asio::this_coro::executor;
    auto socket = protocol::connect(run_directory);
    if (!socket) co_return nullptr;
    auto link = std::make_shared<Link>(executor, std::move(*socket), std::move(events));
    link->run();
    // Until it has answered, its end is no loss: its exit is on the disk.
    link->expect_end();
    std::string answer;
    try {
        answer = co_await link->request(Kind::status);
    } catch (const Unavailable&) {
        co_return nullptr;
    }
    link->expect_end(false);
    auto tell = [link, status = protocol::decode<protocol::Status>(answer)] {
        for (const auto& exec : status.ended_execs) link->tell_exec_exit(exec);
        if (!status.exit.empty()) link->tell_exit(status.exit.front());
    };
    asio::post(executor, std::move(tell));
    co_return std::make_shared<RemoteShim>(std::move(link));
}

Task<void> wait_for_end(std::filesystem::path run_directory, BlockingPool& pool) {
    auto work = [&run_directory] {
        if (std::filesystem::exists(run_directory)) (void)protocol::lock_run(run_directory, lock_patience);
    };
    co_await pool.run(work);
}

std::optional<ExitStatus> read_exit_status(const std::filesystem::path& run_directory) {
    auto exit = protocol::read_exit_record(run_directory);
    if (!exit) return std::nullopt;
    return to_exit_status(*exit);
}

Task<void> remove_remains(std::filesystem::path runtime, std::filesystem::path state_root, std::string id,
                          BlockingPool& pool) {
    auto work = [&] {
        std::array<int, 2> ends{-1, -1};
        check(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
        UniqueFd out(ends[0]), in(ends[1]);
        auto child = spawn_runtime(runtime, {"--root", state_root.string(), "delete", "--force", id},
                                   {{in.get(), STDERR_FILENO}});
        in.reset();
        std::string said(4096, '\0');
        auto got = ::read(out.get(), said.data(), said.size());
        said.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        siginfo_t info{};
        check(::waitid(P_PIDFD, static_cast<id_t>(child.pidfd.get()), &info, WEXITED),
              "wait for the runtime");
        if (info.si_code != CLD_EXITED || info.si_status != 0)
            throw InternalError("cannot remove what is left of container {}: {}", id, said);
    };
    co_await pool.run(work);
}

}  // namespace dhow::shim
