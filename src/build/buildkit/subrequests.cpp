#include "build/buildkit/subrequests.hpp"

#include "build/buildkit/job.hpp"

namespace dhow::build::buildkit {

Task<std::map<std::string, std::string>> answer_subrequest(Delivery delivery, Order order) {
    auto name = order.subrequest;
    auto recipe = std::make_shared<Recipe>();
    if (needs_dockerfile(name)) recipe = co_await fetch_dockerfile(delivery, std::move(order));
    const auto& request = recipe->order.request;
    QuestionedFile file{request.dockerfile, recipe->text, recipe->excludes};
    auto look = [&] { return answer(name, file, request, delivery.services.images); };
    SubrequestResult found;
    try {
        found = co_await delivery.services.pool.run(std::move(look));
    } catch (const dockerfile::DockerfileError& error) {
        throw rpc::CallFailed(failed_at(std::current_exception(), *recipe, error.lines(), ""));
    }
    std::map<std::string, std::string> metadata{
        {"result.json", found.json}, {"result.txt", found.text}, {"version", found.version}};
    if (found.status) metadata["result.statuscode"] = std::to_string(*found.status);
    co_return metadata;
}

}  // namespace dhow::build::buildkit
