// What a stage begins with: a stage before it, nothing, or an image: of the store, or of a registry.

#include "build/configure.hpp"
#include "build/dockerfile/expand.hpp"
#include "build/dockerfile/lint.hpp"
#include "build/dockerfile/words.hpp"
#include "build/run.hpp"

namespace dhow::build {

namespace {

constexpr std::string_view default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

bool is_for(const oci::ImageConfig& config, const oci::Platform& wanted) {
    return config.os == wanted.os && config.architecture == wanted.architecture &&
           (wanted.variant.empty() || config.variant.empty() || config.variant == wanted.variant);
}

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

std::optional<oci::Platform> StageRun::platform() const {
    const auto& plan = build.plan.stages[index];
    if (plan.stage.platform.empty()) return build.request.platform;
    auto values = platform_values(build.request);
    auto lookup = [&](std::string_view name) -> std::optional<std::string> {
        std::string key(name);
        if (auto found = values.find(key); found != values.end()) return found->second;
        if (auto found = build.plan.global_values.find(key); found != build.plan.global_values.end())
            return found->second;
        return std::nullopt;
    };
    auto text = dockerfile::expand_word(plan.stage.platform, build.plan.file.directives.escape, lookup,
                                        plan.stage.lines);
    return oci::Platform::parse(text);
}

std::string StageRun::base_image() const {
    const auto& plan = build.plan.stages[index];
    return plan.context.empty() ? plan.base : build.request.contexts.at(plan.context).image;
}

Task<void> StageRun::begin() {
    const auto& plan = build.plan.stages[index];
    auto wanted = platform();
    if (plan.from) {
        auto* other = build.stage(*plan.from);
        co_await other->wait();
        state.config = other->state.config;
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
    look_at_values(platform());
}

void StageRun::look_at_values(const std::optional<oci::Platform>& wanted) {
    const auto& plan = build.plan.stages[index];
    const auto& file = build.plan.file;
    dockerfile::LintReport report;
    report.is_error = dockerfile::warnings_are_errors(file);
    report.warnings = dockerfile::undefined_variables(file, plan.stage, state.config.config.env);
    auto target = wanted.value_or(oci::Platform::host());
    bool is_image = !plan.base.empty() && plan.base != "scratch";
    if (is_image && !is_for(state.config, target) &&
        !dockerfile::skips_rule(file, "InvalidBaseImagePlatform"))
        report.warnings.push_back(
            {"InvalidBaseImagePlatform",
             fmt::format("Base image {} was pulled with platform \"{}\", expected \"{}\" for current build",
                         plan.base, state.config.platform().text(), target.text()),
             plan.stage.lines});
    for (const auto& warning : report.warnings) build.listener.warned(warning);
    dockerfile::refuse_warnings(report);
}

}  // namespace dhow::build
