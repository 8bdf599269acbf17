#pragma once
// BuildKit's API over the builder: the connections that POST /grpc and POST /session hijack.
// Source: moby/buildkit, control/control.go and control/gateway/gateway.go.

#include <map>
#include <memory>
#include <string>

#include "build/buildkit/backend.hpp"
#include "build/buildkit/job.hpp"
#include "build/buildkit/protocol/control.pb.h"
#include "build/buildkit/sessions.hpp"
#include "rpc/service.hpp"

namespace dhow::build::buildkit {

/// Loop thread.
class Control {
  public:
    /// All outlive it.
    Control(Services& services, Builder& builder, Backend& backend);
    Control(const Control&) = delete;

    /// Serves one connection of a client that gives orders, until it ends.
    Task<void> serve(UniqueFd socket);

    /// @throws InvalidArgument, Conflict: before the connection is taken over
    void check_offer(const Offer& offer) const { sessions_.check(offer); }
    /// Keeps a session until its connection ends.
    Task<void> attach(Offer offer, UniqueFd socket) {
        return sessions_.serve(std::move(offer), std::move(socket));
    }

  private:
    using CallPtr = std::shared_ptr<rpc::Call>;

    void add_control_methods();
    void add_cache_methods();
    void add_gateway_methods();

    Task<protocol::SolveResponse> solve(protocol::SolveRequest request, CallPtr call);
    Task<protocol::SolveResponse> run(std::shared_ptr<Job> job, protocol::SolveRequest request);
    Task<std::shared_ptr<Product>> run_gateway(std::shared_ptr<Job> job);
    Task<void> status(protocol::StatusRequest request, CallPtr call);
    Task<void> prune(protocol::PruneRequest request, CallPtr call);
    Task<FrontendResult> run_frontend(std::shared_ptr<Job> job, std::string frontend, Attributes attributes);
    Task<protocol::gateway::SolveResponse> gateway_solve(protocol::gateway::SolveRequest request,
                                                         CallPtr call);
    protocol::WorkerRecord worker() const;

    /// The job of that name: waits a little for one that is about to begin. @throws NotFound
    Task<std::shared_ptr<Job>> find_job(std::string ref);
    std::shared_ptr<Job> job_of(rpc::Call& call) const;
    void forget_later(std::shared_ptr<Job> job);

    Services& services_;
    Builder& builder_;
    Backend& backend_;
    Sessions sessions_;
    std::map<std::string, std::shared_ptr<Job>> jobs_;
    TimedSignal job_began_;
    rpc::Service service_;
};

}  // namespace dhow::build::buildkit
