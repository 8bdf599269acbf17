// What a stage begins with: a stage before it, nothing, or an image: of the store, or of a registry.

#include "build/check.hpp"
#include "build/configure.hpp"
#include "build/dockerfile/lint.hpp"
#include "build/run.hpp"

namespace dhow::build {

namespace {

constexpr std::string_view default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

image::PullRequest pull_request(const Request& build, const oci::Reference& name,
                                const std::optional<oci::Platform>& platform) {
    image::PullRequest request;
    request.name = name;
    request.platform = platform;
    if (auto known = build.credentials.find(name.domain); known != build.credentials.end())
        request.credentials = known->second;
    return request;
}

}  // namespace

Task<image::Image> StageRun::pull(oci::Reference name, std::optional<oci::Platform> platform) {
    auto& services = build.services;
    auto where = name.digest ? name.digest->text() : name.tag;
    auto repository = name.domain == "docker.io" ? name.path : name.name();
    co_await say(fmt::format("{}: Pulling from {}\n", where, repository));
    auto cancellation = services.remotes.make_cancellation();
    std::function<void()> cancel = [cancellation] { cancellation->cancel(); };
    Cancellation::Registration registration(*build.stop, std::move(cancel));
    build.stop->check();
    auto request = pull_request(build.request, name, platform);
    // Its lines are for a terminal that keeps one for each layer.
    image::ProgressSink silence = [](const image::Progress&) {};
    auto pulled = co_await services.remotes.pull(std::move(request), std::move(silence), cancellation);
    if (pulled.empty()) throw InternalError("the pull of {} brought nothing", name.familiar());
    co_await say(fmt::format("Status: {} for {}\n",
                             pulled.front().newer ? "Downloaded newer image" : "Image is up to date",
                             pulled.front().name));
    auto find = [&services, id = pulled.front().id.text()] { return services.images.resolve(id); };
    co_return co_await services.pool.run(std::move(find));
}

Task<image::Image> StageRun::image_of(std::string name, std::optional<oci::Platform> platform) {
    auto& services = build.services;
    if (name.starts_with("sha256:")) {
        // One that came with the build, which no registry knows.
        auto find = [&services, name] { return services.images.resolve(name); };
        co_return co_await services.pool.run(std::move(find));
    }
    auto key = name + " " + (platform ? platform->text() : "");
    // Two stages that need the same image pull it once.
    auto& turn = build.image_turns.try_emplace(key, services.executor).first->second;
    auto lock = co_await turn.lock();
    bool ask = build.request.pull && !build.pulled.contains(key);
    if (!ask) {
        auto find = [&services, name] { return services.images.find(name); };
        auto found = co_await services.pool.run(std::move(find));
        if (found && (!platform || is_for(*found->config, *platform))) co_return *found;
    }
    auto reference = oci::Reference::parse(name).with_default_tag();
    auto image = co_await pull(std::move(reference), platform);
    build.pulled.insert(key);
    co_return image;
}

std::string StageRun::base_image() const {
    const auto& plan = build.plan.stages[index];
    return plan.context.empty() ? plan.base : build.request.contexts.at(plan.context).image;
}

Task<void> StageRun::begin() {
    const auto& plan = build.plan.stages[index];
    auto wanted = platform_of(build.plan, plan, build.request);
    if (plan.from) {
        auto* other = build.stage(*plan.from);
        co_await other->wait();
        state.config = other->state.config;
        state.arguments = other->state.arguments;
        state.layers = other->state.layers;
        state.image = other->state.image;
    } else if (auto base = base_image(); base == "scratch" || base.empty()) {
        auto made_for = wanted.value_or(oci::Platform::host());
        state.config.os = made_for.os;
        state.config.architecture = made_for.architecture;
        state.config.variant = made_for.variant;
        if (!plan.context.empty()) co_await stand_on_context(plan.context);
    } else {
        auto image = co_await image_of(std::move(base), std::move(wanted));
        auto find = [this, image] { return layers_of(build.services.store, image); };
        state.layers = co_await build.services.pool.run(std::move(find));
        state.config = *image.config;
        state.image = image.id;
    }
    if (!find_variable(state.config.config.env, "PATH"))
        state.config.config.env.push_back("PATH=" + std::string(default_path));
    look_at_values();
}

void StageRun::look_at_values() {
    dockerfile::LintReport report;
    report.is_error = dockerfile::warnings_are_errors(build.plan.file);
    std::vector<std::string> inherited;
    for (const auto& [name, value] : state.arguments) inherited.push_back(name);
    report.warnings =
        value_warnings(build.plan, build.plan.stages[index], state.config, inherited, build.request);
    for (const auto& warning : report.warnings) build.listener.warned(warning);
    dockerfile::refuse_warnings(report);
}

}  // namespace dhow::build
