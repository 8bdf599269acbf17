#pragma once
// The supervisor of one container: what the daemon asks for, what the kernel tells, and the order of the end.
//
//   state     | create    start    exit of the first process   dismiss    the last daemon leaves
//   ----------+------------------------------------------------------------------------------------
//   born      | created   -        -                           (ends)     (ends)
//   created   | -         running  exited                      (ends)     (ends): half made, so removed
//   running   | -         -        exited                      conflict   stays
//   exited    | -         -        -                           (ends)     removes the cgroup, ends
//
// The end of the first process, in this order, each step before the next is seen by anyone: reap it; kill
// what is left when it was not the init of its own pid namespace; read what is left in its pipes into the log
// and to those attached; count kills for memory; write exit.json; tell every daemon; end the streams. The
// cgroup is removed only then, at dismiss, when nobody waits. A create or start that failed leaves nothing:
// the shim answers and ends.

#include <list>
#include <memory>
#include <optional>

#include "runtime/container.hpp"
#include "shim/protocol/messages.hpp"
#include "shim/server/connection.hpp"
#include "shim/server/execs.hpp"
#include "shim/server/log_file.hpp"
#include "shim/server/loop.hpp"
#include "shim/server/streams.hpp"

namespace dhow::shim {

class Supervisor {
  public:
    /// @param control the first connection, to the daemon that started this shim.
    /// @param lock of the run directory (protocol/run_lock.hpp): let go of when the folder may be another's.
    Supervisor(Loop& loop, UniqueFd control, UniqueFd lock);
    ~Supervisor();

    /// SIGCHLD came: reaps every child that has ended.
    void reap();

  private:
    enum class State { born, created, running, exited };

    // Connections (connections.cpp)
    void accept_daemon();
    void add_connection(UniqueFd socket);
    void connection_closed();
    void broadcast(protocol::Kind kind, std::string_view payload = {});
    void handle(Connection& connection, protocol::Frame frame);
    std::string answer(protocol::Frame& frame);
    std::string answer_exec(protocol::Frame& frame);

    // The container (supervisor.cpp)
    void setup(const protocol::Setup& setup);
    pid_t create();
    void start();
    void attach(protocol::Frame& frame);
    void kill(const protocol::Kill& request);
    void pause(bool wanted);
    void dismiss();
    protocol::Status status();
    void require_running() const;

    void container_exited(int code);
    void exec_exited(const protocol::Exit& exit);
    void forget_process() noexcept;
    void watch_memory();
    void memory_ran_out();
    void stop_watching_memory() noexcept;
    std::uint64_t oom_kills() const noexcept;

    // The end
    void remove_container();
    void stop_listening() noexcept;
    void end_when_read();
    void end();
    void report(std::string_view operation, std::string_view problem) const noexcept;

    Loop& loop_;
    State state_ = State::born;
    protocol::Setup setup_;
    std::optional<protocol::Failed> setup_failure_;
    UniqueFd lock_;
    UniqueFd listener_;
    std::list<std::unique_ptr<Connection>> connections_;
    std::unique_ptr<LogFile> log_;
    std::unique_ptr<Streams> streams_;
    std::optional<runtime::Created> created_;
    Execs execs_;
    pid_t pid_ = -1;
    UniqueFd oom_event_;
    std::uint64_t kills_told_ = 0;
    bool owns_pid_namespace_ = true;
    bool paused_ = false;
    bool removed_ = false;
    bool ending_ = false;
    bool streams_over_ = false;
    std::optional<protocol::Exit> exit_;
    std::vector<protocol::Exit> untold_execs_;
};

}  // namespace dhow::shim
