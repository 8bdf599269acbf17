// What daemons ask, and who answers it.

#include <algorithm>

#include <sys/socket.h>
#include <unistd.h>

#include "shim/server/supervisor.hpp"

namespace dhow::shim {

using protocol::Kind;

void Supervisor::accept_daemon() {
    UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket || protocol::peer_user(socket.get()) != ::geteuid()) return;
    add_connection(std::move(socket));
}

void Supervisor::add_connection(UniqueFd socket) {
    connections_.push_back(std::make_unique<Connection>(
        loop_, std::move(socket),
        [this](Connection& connection, protocol::Frame frame) { handle(connection, std::move(frame)); },
        [this](Connection&) { loop_.after({}, [this] { connection_closed(); }); }));
}

void Supervisor::connection_closed() {
    std::erase_if(connections_, [](const auto& connection) { return connection->closed(); });
    if (!connections_.empty()) return;
    if (state_ == State::running) return;
    end_when_read();
}

void Supervisor::broadcast(Kind kind, std::string_view payload) {
    for (auto& connection : connections_) connection->send(kind, 0, payload);
}

void Supervisor::handle(Connection& connection, protocol::Frame frame) {
    bool makes = frame.kind == Kind::create || frame.kind == Kind::start;
    try {
        auto payload = answer(frame);
        if (frame.kind != Kind::setup) connection.send(Kind::done, frame.request, payload);
        if (frame.kind == Kind::dismiss) end_when_read();
    } catch (const std::exception&) {
        connection.send(Kind::failed, frame.request, protocol::encode(protocol::current_failure()));
        // What could not be made is gone already; nobody has a use for this shim.
        if (makes && state_ != State::running) end_when_read();
    }
}

std::string Supervisor::answer(protocol::Frame& frame) {
    switch (frame.kind) {
        case Kind::setup:
            setup(protocol::decode<protocol::Setup>(frame.payload));
            return {};
        case Kind::create:
            return protocol::encode(protocol::Process{create()});
        case Kind::start:
            start();
            return {};
        case Kind::attach:
            attach(frame);
            return {};
        case Kind::kill:
            kill(protocol::decode<protocol::Kill>(frame.payload));
            return {};
        case Kind::pause:
            pause(true);
            return {};
        case Kind::resume:
            pause(false);
            return {};
        case Kind::status:
            return protocol::encode(status());
        case Kind::dismiss:
            dismiss();
            return {};
        case Kind::update: {
            require_running();
            auto update = protocol::decode<protocol::Update>(frame.payload);
            runtime::update(setup_.state_root, setup_.id, oci::read_resources(update.resources));
            return {};
        }
        case Kind::resize: {
            auto size = protocol::decode<protocol::Resize>(frame.payload);
            if (!size.exec_id.empty()) {
                execs_.resize(size.exec_id, size.rows, size.columns);
            } else {
                if (!streams_ || state_ == State::exited) require_running();
                streams_->resize(size.rows, size.columns);
            }
            return {};
        }
        case Kind::exec_create:
        case Kind::exec_start:
        case Kind::exec_kill:
            return answer_exec(frame);
        case Kind::done:
        case Kind::failed:
        case Kind::exited:
        case Kind::exec_exited:
        case Kind::out_of_memory:
            break;
    }
    throw NotImplemented("this shim does not know the request {}", static_cast<int>(frame.kind));
}

std::string Supervisor::answer_exec(protocol::Frame& frame) {
    if (frame.kind == Kind::exec_create) {
        require_running();
        execs_.create(protocol::decode<protocol::ExecCreate>(frame.payload));
        return {};
    }
    if (frame.kind == Kind::exec_kill) {
        auto request = protocol::decode<protocol::Kill>(frame.payload);
        execs_.kill(request.exec_id, request.signal);
        return {};
    }
    require_running();
    auto request = protocol::decode<protocol::ExecId>(frame.payload);
    return protocol::encode(protocol::Process{execs_.start(request.exec_id, setup_.state_root, setup_.id)});
}

void Supervisor::exec_exited(const protocol::Exit& exit) {
    if (connections_.empty()) untold_execs_.push_back(exit);
    broadcast(Kind::exec_exited, protocol::encode(exit));
}

protocol::Status Supervisor::status() {
    protocol::Status status;
    status.pid = pid_;
    status.started = state_ == State::running || state_ == State::exited;
    status.paused = paused_;
    if (exit_) status.exit.push_back(*exit_);
    status.running_execs = execs_.running();
    status.ended_execs = std::exchange(untold_execs_, {});
    return status;
}

}  // namespace dhow::shim
