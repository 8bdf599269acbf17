#include "build/buildkit/job.hpp"

#include "base/base64.hpp"
#include "build/buildkit/cache_transfer.hpp"
#include "build/buildkit/lend.hpp"
#include "build/dockerfile/lint.hpp"
#include "build/dockerfile/lint_rules.hpp"
#include "build/step_text.hpp"
#include "build/subrequests/documents_json.hpp"
#include "oci/reference.hpp"

namespace dhow::build::buildkit {

namespace {

void add_detail(protocol::RpcStatus& status, const std::string& type, const json::Object& detail) {
    auto& any = *status.add_details();
    any.set_type_url("github.com/moby/buildkit/errdefs." + type + "+json");
    any.set_value(json::dump(detail));
}

json::Object source_of(const Recipe& recipe, dockerfile::Lines lines) {
    auto source = json::to(lines).as_object();
    source["info"] = json::to(SourceInfo{recipe.order.request.dockerfile, base64_encode(recipe.text)});
    return source;
}

}  // namespace

void warn(StatusLog& log, const Recipe& recipe, const dockerfile::LintWarning& warning) {
    protocol::StatusResponse event;
    auto& message = *event.add_warnings();
    message.set_vertex(recipe.definition);
    message.set_level(1);
    message.set_short_text(dockerfile::short_text(warning));
    message.add_detail(std::string(dockerfile::rule_description(warning.rule)));
    message.set_url(dockerfile::rule_url(warning.rule));
    auto& info = *message.mutable_info();
    info.set_filename(recipe.order.request.dockerfile);
    info.set_data(recipe.text);
    info.set_language("Dockerfile");
    if (warning.lines.first > 0) {
        auto& range = *message.add_ranges();
        range.mutable_start()->set_line(warning.lines.first);
        range.mutable_end()->set_line(std::max(warning.lines.first, warning.lines.last));
    }
    log.add(std::move(event));
}

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

rpc::Status unsupported(const UnsupportedSubrequest& failure) {
    rpc::Status status{rpc::Code::unknown, failure.message(), {}};
    protocol::RpcStatus details;
    details.set_code(static_cast<int>(status.code));
    details.set_message(status.message);
    json::Object name;
    name["name"] = failure.name();
    add_detail(details, "Subrequest", name);
    status.details = details.SerializeAsString();
    return status;
}

Product::Product(Delivery delivery, std::shared_ptr<Recipe> recipe)
    : delivery_(std::move(delivery)), recipe_(std::move(recipe)), changed_(delivery_.services.executor) {}

Task<Built> Product::image() {
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
    co_return built_;
}

/// What the registries of the bases need to know, where they will be asked.
Task<void> Product::load_metadata() {
    auto& request = recipe_->order.request;
    std::set<std::string> names;
    for (const auto& stage : recipe_->plan.stages) {
        if (!stage.needed || stage.base.empty() || stage.base == "scratch") continue;
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
    auto imports = import_caches(delivery_, recipe_->order.imports);
    recipe_->order.request.imports = co_await std::move(imports);
    co_await fetch_named_contexts(delivery_, recipe_);
    auto context = co_await fetch_context(delivery_, recipe_);
    auto agents = co_await borrow(delivery_, recipe_);
    Drawing drawing(delivery_.status, *recipe_);
    std::exception_ptr failure;
    try {
        built_ = co_await delivery_.builder.build(recipe_->order.request, context, drawing, delivery_.stop);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    if (!failure) co_return;
    auto place = drawing.failure().value_or(Failure{});
    throw rpc::CallFailed(failed_at(failure, *recipe_, place.lines, place.vertex));
}

}  // namespace dhow::build::buildkit
