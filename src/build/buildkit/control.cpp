#include "build/buildkit/control.hpp"

#include <chrono>

#include "base/defer.hpp"
#include "base/version.hpp"
#include "build/buildkit/cache_transfer.hpp"
#include "build/buildkit/export.hpp"
#include "build/buildkit/protocol/session.pb.h"
#include "build/buildkit/subrequests.hpp"

namespace dhow::build::buildkit {

namespace {

const std::string control = "/moby.buildkit.v1.Control/";
constexpr auto patience = std::chrono::seconds(5);
// A client that asks how a build is going may come after its end.
constexpr auto kept_after_end = std::chrono::seconds(5);
// What BuildKit's version is that this behaves as: clients choose by it what they ask for.
constexpr std::string_view behaves_as = "v0.12.5";

}  // namespace

Control::Control(Services& services, Builder& builder, Backend& backend)
    : services_(services),
      builder_(builder),
      backend_(backend),
      sessions_(services.executor),
      job_began_(services.executor) {
    add_control_methods();
    add_cache_methods();
    add_gateway_methods();
}

Task<void> Control::serve(UniqueFd socket) {
    rpc::Answer answer = [this](CallPtr call) { return service_.answer(std::move(call)); };
    auto connection = rpc::Connection::answering(services_.executor, std::move(socket), std::move(answer));
    co_await connection->run();
}

void Control::add_control_methods() {
    service_.add_unary<protocol::HealthCheckRequest>(
        "/grpc.health.v1.Health/Check",
        [](protocol::HealthCheckRequest, CallPtr) -> Task<protocol::HealthCheckResponse> {
            protocol::HealthCheckResponse response;
            response.set_status(protocol::HealthCheckResponse::SERVING);
            co_return response;
        });
    service_.add_unary<protocol::InfoRequest>(
        control + "Info", [](protocol::InfoRequest, CallPtr) -> Task<protocol::InfoResponse> {
            protocol::InfoResponse response;
            response.mutable_buildkit_version()->set_package("dhow");
            response.mutable_buildkit_version()->set_version(std::string(behaves_as));
            co_return response;
        });
    service_.add_unary<protocol::ListWorkersRequest>(
        control + "ListWorkers",
        [this](protocol::ListWorkersRequest, CallPtr) -> Task<protocol::ListWorkersResponse> {
            protocol::ListWorkersResponse response;
            *response.add_record() = worker();
            co_return response;
        });
    service_.add_unary<protocol::SolveRequest>(
        control + "Solve",
        [this](protocol::SolveRequest request, CallPtr call) { return solve(std::move(request), call); });
    service_.add_stream<protocol::StatusRequest>(
        control + "Status",
        [this](protocol::StatusRequest request, CallPtr call) { return status(std::move(request), call); });
}

protocol::WorkerRecord Control::worker() const {
    protocol::WorkerRecord record;
    record.set_id("dhow");
    auto host = oci::Platform::host();
    auto& platform = *record.add_platforms();
    platform.set_architecture(host.architecture);
    platform.set_os(host.os);
    platform.set_variant(host.variant);
    auto& labels = *record.mutable_labels();
    labels["org.mobyproject.buildkit.worker.executor"] = "dhow";
    // What tells clients that images can go to them as archives.
    labels["org.mobyproject.buildkit.worker.snapshotter"] = "overlayfs";
    if (auto address = backend_.host_address(); !address.empty())
        labels["org.mobyproject.buildkit.worker.moby.host-gateway-ip"] = address;
    record.mutable_buildkit_version()->set_package("dhow");
    record.mutable_buildkit_version()->set_version(std::string(behaves_as));
    return record;
}

Task<std::shared_ptr<Job>> Control::find_job(std::string ref) {
    auto end = std::chrono::steady_clock::now() + patience;
    while (true) {
        if (auto found = jobs_.find(ref); found != jobs_.end()) co_return found->second;
        auto left = end - std::chrono::steady_clock::now();
        bool in_time = left.count() > 0;
        if (in_time) in_time = co_await job_began_.wait_for(left);
        if (!in_time) throw NotFound("no such job {}", ref);
    }
}

void Control::forget_later(std::shared_ptr<Job> job) {
    auto forget = [](Control* self, std::shared_ptr<Job> done) -> Task<void> {
        co_await sleep_for(kept_after_end);
        self->jobs_.erase(done->ref);
    };
    asio::co_spawn(services_.executor, forget(this, std::move(job)), asio::detached);
}

Task<void> Control::status(protocol::StatusRequest request, CallPtr call) {
    auto job = co_await find_job(request.ref());
    call->on_cancel([job] { job->status.abandon(); });
    protocol::StatusResponse response;
    while (true) {
        bool more = co_await job->status.read(response);
        if (!more) break;
        co_await rpc::write_message(call, response);
    }
}

Task<protocol::SolveResponse> Control::solve(protocol::SolveRequest request, CallPtr call) {
    if (request.ref().empty()) throw InvalidArgument("a build needs a ref");
    if (jobs_.contains(request.ref())) throw Conflict("job ID {} exists", request.ref());
    auto job = std::make_shared<Job>(services_.executor, request.ref());
    jobs_[job->ref] = job;
    job_began_.notify();
    Defer end([this, job] {
        job->over = true;
        job->products.clear();
        job->status.close();
        job->changed.notify();
        forget_later(job);
    });
    call->on_cancel([job] {
        job->stop->request();
        job->changed.notify();
    });
    try {
        co_return co_await run(job, std::move(request));
    } catch (const rpc::CallFailed&) {
        throw;
    } catch (const Error& error) {
        throw rpc::CallFailed({rpc::Code::unknown, error.message(), {}});
    }
}

Task<protocol::SolveResponse> Control::run(std::shared_ptr<Job> job, protocol::SolveRequest request) {
    if (!request.session().empty()) job->session = co_await sessions_.find(request.session());
    job->changed.notify();
    auto exporters = exporters_of(request);
    auto caches = cache_exports_of(request);
    std::shared_ptr<Product> product;
    if (!request.frontend().empty()) {
        Attributes attributes(request.frontend_attrs().begin(), request.frontend_attrs().end());
        auto result = co_await run_frontend(job, request.frontend(), std::move(attributes));
        product = std::move(result.product);
    } else if (request.has_definition() && request.definition().def_size() > 0) {
        throw NotImplemented("building from LLB is not available in this release of dhow");
    } else {
        product = co_await run_gateway(job);
    }
    if (!product) co_return protocol::SolveResponse();
    auto built = co_await product->image();
    job->stop->check();
    Shipment shipment{services_, backend_, job->status, job->session, job->stop};
    auto image = co_await mark_inline(shipment, built, caches);
    auto response = co_await export_image(shipment, std::move(image), std::move(exporters));
    co_await export_caches(shipment, std::move(built), std::move(caches), response);
    co_return response;
}

Task<FrontendResult> Control::run_frontend(std::shared_ptr<Job> job, std::string frontend,
                                           Attributes attributes) {
    if (frontend != "dockerfile.v0")
        throw NotImplemented("the frontend {} is not available in this release of dhow", frontend);
    if (!job->session) throw InvalidArgument("a build of a Dockerfile needs a session");
    Delivery delivery{services_, builder_, job->status, job->session, job->stop};
    FrontendResult result;
    try {
        auto order = read_attributes(attributes, backend_.default_network());
        if (!order.subrequest.empty()) {
            result.metadata = co_await answer_subrequest(delivery, std::move(order));
        } else {
            auto recipe = co_await fetch_recipe(delivery, std::move(order));
            result.product = std::make_shared<Product>(delivery, std::move(recipe));
        }
    } catch (const rpc::CallFailed&) {
        throw;
    } catch (const UnsupportedSubrequest& failure) {
        throw rpc::CallFailed(unsupported(failure));
    } catch (const Error& error) {
        // BuildKit gives what is wrong with a build no kind: a client would print it.
        throw rpc::CallFailed({rpc::Code::unknown, error.message(), {}});
    }
    co_return result;
}

}  // namespace dhow::build::buildkit
