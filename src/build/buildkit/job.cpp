#include "build/buildkit/job.hpp"

#include "base/base64.hpp"
#include "base/json.hpp"
#include "build/buildkit/lend.hpp"
#include "oci/reference.hpp"

namespace dhow::build::buildkit {

namespace {

void add_detail(protocol::RpcStatus& status, const std::string& type, const json::Object& detail) {
    auto& any = *status.add_details();
    any.set_type_url("github.com/moby/buildkit/errdefs." + type + "+json");
    any.set_value(json::dump(detail));
}

json::Object line_of(int line) {
    json::Object position;
    position["line"] = line;
    return position;
}

json::Object source_of(const Recipe& recipe, dockerfile::Lines lines) {
    json::Object info;
    info["filename"] = recipe.order.request.dockerfile;
    info["data"] = base64_encode(recipe.text);
    info["language"] = "Dockerfile";
    json::Object range;
    range["start"] = line_of(lines.first);
    range["end"] = line_of(std::max(lines.first, lines.last));
    json::Array ranges;
    ranges.emplace_back(std::move(range));
    json::Object source;
    source["info"] = std::move(info);
    source["ranges"] = std::move(ranges);
    return source;
}

}  // namespace

rpc::Status failed_at(const std::exception_ptr& failure, const Recipe& recipe, dockerfile::Lines lines,
                      const std::string& vertex) {
    auto status = rpc::status_of(failure);
    // BuildKit gives what goes wrong in a build no kind.
    status.code = rpc::Code::unknown;
    status.message = failure_text(failure);
    protocol::RpcStatus details;
    details.set_code(static_cast<int>(status.code));
    details.set_message(status.message);
    if (!vertex.empty()) {
        json::Object name;
        name["digest"] = vertex;
        add_detail(details, "Vertex", name);
    }
    if (lines.first > 0) add_detail(details, "Source", source_of(recipe, lines));
    status.details = details.SerializeAsString();
    return status;
}

Product::Product(Delivery delivery, std::shared_ptr<Recipe> recipe)
    : delivery_(std::move(delivery)), recipe_(std::move(recipe)), changed_(delivery_.services.executor) {}

Task<oci::Digest> Product::image() {
    if (!std::exchange(started_, true)) {
        try {
            co_await build();
        } catch (...) {
            failure_ = std::current_exception();
        }
        done_ = true;
        changed_.notify();
    }
    while (!done_) co_await changed_.wait();
    if (failure_) std::rethrow_exception(failure_);
    co_return image_;
}

/// What the registries of the bases need to know, where they will be asked.
Task<void> Product::load_metadata() {
    auto& request = recipe_->order.request;
    std::set<std::string> names;
    for (const auto& stage : recipe_->plan.stages) {
        if (!stage.needed || stage.from || stage.base == "scratch") continue;
        auto name = oci::Reference::parse(stage.base).with_default_tag();
        if (!names.insert(name.full()).second) continue;
        auto load = [&](Vertex&) -> Task<void> {
            auto find = [this, base = stage.base] {
                return delivery_.services.images.find(base).has_value();
            };
            bool found = co_await delivery_.services.pool.run(std::move(find));
            if (found && !request.pull) co_return;
            auto credentials = co_await credentials_for(delivery_.session, name.domain);
            if (!credentials.empty()) request.credentials[name.domain] = credentials;
        };
        co_await with_vertex(delivery_.status, "[internal] load metadata for " + name.full(), load);
    }
}

Task<void> Product::build() {
    co_await load_metadata();
    auto context = co_await fetch_context(delivery_, recipe_);
    auto agents = co_await borrow(delivery_, recipe_);
    Drawing drawing(delivery_.status, recipe_->plan);
    std::exception_ptr failure;
    try {
        image_ = co_await delivery_.builder.build(recipe_->order.request, context, drawing, delivery_.stop);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    if (!failure) co_return;
    auto place = drawing.failure().value_or(Failure{});
    throw rpc::CallFailed(failed_at(failure, *recipe_, place.lines, place.vertex));
}

}  // namespace dhow::build::buildkit
