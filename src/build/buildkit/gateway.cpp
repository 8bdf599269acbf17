// The client's part of a build: it calls the frontend itself, and returns what it got.

#include "base/random.hpp"
#include "build/buildkit/control.hpp"

namespace dhow::build::buildkit {

namespace {

using namespace protocol::gateway;

const std::string bridge = "/moby.buildkit.v1.frontend.LLBBridge/";

void add_capabilities(PongResponse& response) {
    for (const char* id : {"solve.base", "return", "returnmap", "proto.refarray", "gateway.solve.evaluate",
                           "gateway.evaluate", "frontend.inputs", "frontend.caps"}) {
        auto& capability = *response.add_frontend_api_caps();
        capability.set_id(id);
        capability.set_enabled(true);
    }
    for (const char* id :
         {"source.local", "source.local.unique", "source.local.sessionid", "source.local.includepatterns",
          "source.local.followpaths", "source.local.excludepatterns", "source.local.sharedkeyhint",
          "exec.meta.network", "exec.mount.bind", "exec.mount.cache", "exec.mount.cache.sharing",
          "exec.mount.tmpfs", "exec.mount.secret", "exec.mount.ssh", "exporter.multiple"}) {
        auto& capability = *response.add_llb_caps();
        capability.set_id(id);
        capability.set_enabled(true);
    }
}

std::shared_ptr<Product> product_of(const Job& job, const std::string& id) {
    auto found = job.products.find(id);
    if (found == job.products.end()) throw NotFound("no such ref {}", id);
    return found->second;
}

}  // namespace

std::shared_ptr<Job> Control::job_of(rpc::Call& call) const {
    std::string id(call.metadata("buildkit-controlapi-buildid"));
    auto found = jobs_.find(id);
    if (found == jobs_.end() || found->second->over) throw NotFound("no such job {}", id);
    return found->second;
}

void Control::add_gateway_methods() {
    service_.add_unary<PingRequest>(bridge + "Ping", [this](PingRequest, CallPtr call) -> Task<PongResponse> {
        std::string id(call->metadata("buildkit-controlapi-buildid"));
        co_await find_job(id);
        PongResponse response;
        add_capabilities(response);
        *response.add_workers() = worker();
        co_return response;
    });
    service_.add_unary<SolveRequest>(bridge + "Solve", [this](SolveRequest request, CallPtr call) {
        return gateway_solve(std::move(request), std::move(call));
    });
    service_.add_unary<EvaluateRequest>(
        bridge + "Evaluate", [this](EvaluateRequest request, CallPtr call) -> Task<EvaluateResponse> {
            auto job = job_of(*call);
            if (!request.ref().empty()) co_await product_of(*job, request.ref())->image();
            co_return EvaluateResponse();
        });
    service_.add_unary<ReturnRequest>(bridge + "Return",
                                      [this](ReturnRequest request, CallPtr call) -> Task<ReturnResponse> {
                                          auto job = job_of(*call);
                                          job->returned = std::move(request);
                                          job->changed.notify();
                                          co_return ReturnResponse();
                                      });
}

Task<SolveResponse> Control::gateway_solve(SolveRequest request, CallPtr call) {
    auto job = job_of(*call);
    // The order of the build itself may still wait for its session.
    while (!job->session && !job->over) co_await job->changed.wait();
    if (request.frontend().empty())
        throw NotImplemented("building from LLB is not available in this release of dhow");
    Attributes attributes(request.frontend_opt().begin(), request.frontend_opt().end());
    auto made = co_await run_frontend(job, request.frontend(), std::move(attributes));
    SolveResponse response;
    auto& result = *response.mutable_result();
    result.mutable_metadata()->insert(made.metadata.begin(), made.metadata.end());
    if (!made.product) co_return response;
    if (request.evaluate()) co_await made.product->image();
    auto id = random_hex(16);
    job->products[id] = std::move(made.product);
    result.mutable_ref()->set_id(id);
    co_return response;
}

Task<std::shared_ptr<Product>> Control::run_gateway(std::shared_ptr<Job> job) {
    while (!job->returned) {
        job->stop->check();
        co_await job->changed.wait();
    }
    const auto& returned = *job->returned;
    if (returned.has_error()) {
        const auto& error = returned.error();
        throw rpc::CallFailed(
            {static_cast<rpc::Code>(error.code()), error.message(), error.SerializeAsString()});
    }
    const auto& result = returned.result();
    if (result.has_refs() && result.refs().refs_size() > 0)
        throw NotImplemented("images for several platforms are not available in this release of dhow");
    auto id = result.result_case() == Result::kRefDeprecated ? result.ref_deprecated() : result.ref().id();
    if (id.empty()) co_return nullptr;
    co_return product_of(*job, id);
}

}  // namespace dhow::build::buildkit
