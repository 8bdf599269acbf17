#include "build/buildkit/job.hpp"

#include "base/base64.hpp"
#include "base/json.hpp"
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

Product::Product(Builder& builder, Delivery delivery, std::shared_ptr<Recipe> recipe)
    : builder_(builder),
      delivery_(std::move(delivery)),
      recipe_(std::move(recipe)),
      changed_(delivery_.services.executor) {}

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

Task<void> Product::load_metadata() {
    std::set<std::string> names;
    for (const auto& stage : recipe_->plan.stages)
        if (stage.needed && !stage.from && stage.base != "scratch") names.insert(stage.base);
    for (const auto& name : names) {
        auto full = oci::Reference::parse(name).with_default_tag().full();
        Vertex vertex(delivery_.status, "[internal] load metadata for " + full);
        vertex.start();
        auto find = [this, name] { return delivery_.services.images.find(name).has_value(); };
        bool found = co_await delivery_.services.pool.run(std::move(find));
        vertex.finish(found ? "" : full + ": not found");
    }
}

Task<void> Product::build() {
    co_await load_metadata();
    auto context = co_await fetch_context(delivery_, recipe_);
    Drawing drawing(delivery_.status, recipe_->plan);
    std::exception_ptr failure;
    try {
        image_ = co_await builder_.build(recipe_->order.request, context, drawing, delivery_.stop);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    if (!failure) co_return;
    auto place = drawing.failure().value_or(Failure{});
    throw rpc::CallFailed(failed_at(failure, *recipe_, place.lines, place.vertex));
}

}  // namespace dhow::build::buildkit
