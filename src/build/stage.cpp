// One stage: its base, then its instructions in their order.

#include <algorithm>
#include <array>

#include <fcntl.h>

#include "base/random.hpp"
#include "base/units.hpp"
#include "build/configure.hpp"
#include "build/dockerfile/expand.hpp"
#include "build/dockerfile/text.hpp"
#include "build/ops/copy.hpp"
#include "build/ops/exec.hpp"
#include "build/run.hpp"
#include "linux/path.hpp"

namespace dhow::build {

namespace {

constexpr std::string_view default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
// Set for every RUN without an ARG, and kept out of history.
constexpr std::array<std::string_view, 10> proxies{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy",
                                                   "FTP_PROXY",  "ftp_proxy",  "NO_PROXY",    "no_proxy",
                                                   "ALL_PROXY",  "all_proxy"};

std::optional<std::string> find_variable(const std::vector<std::string>& env, std::string_view name) {
    for (const auto& entry : env)
        if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
            return entry.substr(name.size() + 1);
    return std::nullopt;
}

std::string short_id(const oci::Digest& image) { return image ? image.short_id() : ""; }

}  // namespace

StageRun::StageRun(BuildRun& run, std::size_t number, std::size_t place)
    : build(run), index(number), position(place), changed(run.services.executor) {}

Task<void> StageRun::say(std::string text) {
    return build.transcript.say(position, Transcript::Kind::text, std::move(text));
}

Task<void> StageRun::wait() {
    while (!done) co_await changed.wait();
    if (failure) std::rethrow_exception(failure);
}

Task<void> StageRun::run() {
    try {
        co_await steps();
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) build.listener.step_ends(index, failure);
    // Others stop at their next look; what was said until then still goes out in its order.
    if (failure) build.stop->request();
    done = true;
    changed.notify();
    try {
        co_await build.transcript.finish(position);
    } catch (...) {
        if (!failure) failure = std::current_exception();
    }
    over = true;
    changed.notify();
}

Task<void> StageRun::steps() {
    const auto& plan = build.plan.stages[index];
    number_ = plan.first_step;
    co_await say(fmt::format("Step {}/{} : {}\n", number_, build.plan.steps, plan.stage.written));
    build.listener.stage_begins(index, plan.from ? "" : plan.base);
    co_await begin();
    if (state.image) co_await say(fmt::format(" ---> {}\n", short_id(state.image)));
    co_await triggers();
    for (const auto& instruction : plan.stage.instructions) {
        build.stop->check();
        ++number_;
        co_await step(instruction, true);
    }
    if (state.image) co_await build.transcript.say(position, Transcript::Kind::image, state.image.text());
}

Task<void> StageRun::begin() {
    const auto& plan = build.plan.stages[index];
    if (!plan.stage.platform.empty()) {
        auto platform = dockerfile::expand_word(
            plan.stage.platform, build.plan.file.directives.escape,
            [this](std::string_view name) -> std::optional<std::string> {
                auto values = platform_values(build.request);
                if (auto found = values.find(std::string(name)); found != values.end()) return found->second;
                if (auto found = build.plan.global_values.find(std::string(name));
                    found != build.plan.global_values.end())
                    return found->second;
                return std::nullopt;
            },
            plan.stage.lines);
        if (!oci::Platform::host().runs(oci::Platform::parse(platform)))
            throw NotImplemented("building for {} is not available on this machine ({})", platform,
                                 oci::Platform::host().text());
    }
    if (plan.from) {
        auto* other = build.stage(*plan.from);
        co_await other->wait();
        state.config = other->state.config;
        state.layers = other->state.layers;
        state.image = other->state.image;
    } else if (plan.base == "scratch") {
        auto host = oci::Platform::host();
        state.config.os = host.os;
        state.config.architecture = host.architecture;
        state.config.variant = host.variant;
    } else {
        auto find = [this, name = plan.base] {
            auto image = build.services.images.find(name);
            if (!image)
                throw NotFound(
                    "No such image: {}: a build does not pull in this release of dhow; pull the image first",
                    oci::Reference::parse(name).with_default_tag().familiar());
            return std::pair(*image, layers_of(build.services.store, *image));
        };
        auto found = co_await build.services.pool.run(std::move(find));
        state.config = *found.first.config;
        state.layers = std::move(found.second);
        state.image = found.first.id;
    }
    if (!find_variable(state.config.config.env, "PATH"))
        state.config.config.env.push_back("PATH=" + std::string(default_path));
}

Task<void> StageRun::triggers() {
    auto list = std::exchange(state.config.config.on_build, {});
    char escape = build.plan.file.directives.escape;
    std::vector<dockerfile::Instruction> instructions;
    for (const auto& text : list) {
        auto statement = dockerfile::parse_statement(text, escape, build.plan.stages[index].stage.lines);
        instructions.push_back(dockerfile::parse_instruction(statement, escape));
    }
    build.listener.stage_stands(index, instructions);
    if (list.empty()) co_return;
    co_await say(fmt::format("# Executing {} build trigger{}\n", list.size(), list.size() == 1 ? "" : "s"));
    for (const auto& instruction : instructions) co_await step(instruction, false);
}

std::optional<std::string> StageRun::value_of(std::string_view name) const {
    // ENV wins over ARG.
    if (auto value = find_variable(state.config.config.env, name)) return value;
    auto found = state.arguments.find(std::string(name));
    return found == state.arguments.end() ? std::nullopt : found->second;
}

void StageRun::declare(const dockerfile::AddArgs& args) {
    auto platform = platform_values(build.request);
    for (const auto& arg : args.args) {
        auto& value = state.arguments[arg.key];
        build.used_arguments.insert(arg.key);
        auto given = build.request.arguments.find(arg.key);
        if (given != build.request.arguments.end() && given->second)
            value = *given->second;
        else if (arg.value)
            value = arg.value;
        else if (auto global = build.plan.global_values.find(arg.key);
                 global != build.plan.global_values.end())
            value = global->second;
        else if (auto known = platform.find(arg.key); known != platform.end())
            value = known->second;
    }
}

/// What RUN sees beside the image's environment.
std::map<std::string, std::string> StageRun::run_arguments() const {
    std::map<std::string, std::string> values;
    for (const auto& [name, value] : state.arguments)
        if (value && !find_variable(state.config.config.env, name)) values[name] = *value;
    return values;
}

Task<void> StageRun::step(const dockerfile::Instruction& written, bool numbered) {
    if (numbered) co_await say(fmt::format("Step {}/{} : {}\n", number_, build.plan.steps, written.written));
    std::function<std::optional<std::string>(std::string_view)> lookup = [this](std::string_view name) {
        return value_of(name);
    };
    build.listener.step_begins(index, written, lookup);
    auto instruction = dockerfile::expand(written, build.plan.file.directives.escape, lookup);
    if (const auto* run = std::get_if<dockerfile::Run>(&instruction.what)) {
        co_await run_step(*run);
    } else if (const auto* copy = std::get_if<dockerfile::Copy>(&instruction.what)) {
        co_await copy_step(*copy);
    } else {
        if (const auto* args = std::get_if<dockerfile::AddArgs>(&instruction.what)) declare(*args);
        auto comment = configure(instruction, state.config, state.command_set);
        if (std::get_if<dockerfile::Workdir>(&instruction.what))
            co_await workdir_step(std::move(comment));
        else
            co_await plain_step(std::move(comment));
    }
    build.listener.step_ends(index, nullptr);
    co_await say(fmt::format(" ---> {}\n", short_id(state.image)));
}

std::string StageRun::no_operation(const std::string& comment, bool spaced) const {
    const auto& shell = state.config.config.shell;
    auto start = shell.empty() ? std::string("/bin/sh -c") : fmt::format("{}", fmt::join(shell, " "));
    return fmt::format("{} #(nop) {}{}", start, spaced ? " " : "", comment);
}

Task<void> StageRun::plain_step(std::string comment) {
    auto created_by = no_operation(comment, true);
    Key key("step");
    key.add(state.image.text()).add(created_by).add(config_text(state.config));
    auto exact = key.finish();
    if (co_await reuse(created_by, exact, "")) co_return;
    co_await commit(created_by, nullptr, exact, "");
}

Task<void> StageRun::workdir_step(std::string comment) {
    auto created_by = no_operation(comment, false);
    auto config = config_text(state.config);
    auto exact = Key("step").add(state.image.text()).add(created_by).add(config).finish();
    auto content = Key("workdir").add(chain_of(state.layers)).add(state.config.config.working_dir).finish();
    if (co_await reuse(created_by, exact, content)) co_return;
    auto make = [this, path = state.config.config.working_dir] {
        Workspace workspace(build.services.store, random_hex(32), state.layers);
        {
            auto root = workspace.mount();
            auto top = linux::open_in_root(root.get(), ".", O_RDONLY | O_DIRECTORY);
            files::make_folders(top.get(), path, files::Owner{});
        }
        return workspace.seal();
    };
    auto layer = co_await build.services.pool.run(std::move(make));
    co_await commit(created_by, std::move(layer), exact, content);
}

Task<LayerStack> StageRun::source_layers(std::string from) {
    if (auto stage = find_stage(build.plan, from, index)) {
        auto* other = build.stage(*stage);
        if (!other) throw InternalError("stage {} was left out although it is needed", from);
        co_await other->wait();
        co_return other->state.layers;
    }
    auto find = [this, from] {
        auto image = build.services.images.find(from);
        if (!image)
            throw InvalidArgument("invalid from flag value {}: No such stage or image: {}", from, from);
        return layers_of(build.services.store, *image);
    };
    co_return co_await build.services.pool.run(std::move(find));
}

Task<void> StageRun::copy_step(const dockerfile::Copy& copy) {
    bool from_image = !copy.from.empty();
    LayerStack sources;
    if (from_image) sources = co_await source_layers(copy.from);
    auto open_source = [this, from_image, sources] {
        auto mounted = from_image ? mount_read_only(build.services.store, sources) : UniqueFd();
        return linux::open_in_root(from_image ? mounted.get() : build.context->root(), ".",
                                   O_RDONLY | O_DIRECTORY);
    };
    auto look = [this, copy, from_image, open_source] {
        auto root = open_source();
        return with_context(copy.add ? "ADD failed" : "COPY failed",
                            [&] { return plan_copy(root.get(), copy, from_image, *build.stop); });
    };
    auto plan = co_await build.services.pool.run(std::move(look));
    auto destination = copy.destination;
    bool is_folder = destination.ends_with('/') || destination.ends_with("/.") || destination == ".";
    destination = working_directory(state.config.config, destination);
    if (is_folder && destination != "/") destination += "/";
    auto created_by = no_operation(
        fmt::format("{} {}:{} in {} ", copy.add ? "ADD" : "COPY", plan.kind, plan.digest, destination),
        false);
    auto details = fmt::format("{} {} {} {} {} {}", copy.add, copy.owner, copy.mode, from_image,
                               copy.unpack.value_or(true), fmt::join(copy.exclude, ","));
    auto exact = Key("step")
                     .add(state.image.text())
                     .add(created_by)
                     .add(details)
                     .add(config_text(state.config))
                     .finish();
    auto content = Key("copy")
                       .add(chain_of(state.layers))
                       .add(plan.kind)
                       .add(plan.digest)
                       .add(destination)
                       .add(details)
                       .finish();
    if (co_await reuse(created_by, exact, content)) co_return;
    auto apply = [this, copy, plan, destination, from_image, open_source] {
        auto source = open_source();
        Workspace workspace(build.services.store, random_hex(32), state.layers);
        {
            auto mounted = workspace.mount();
            auto root = linux::open_in_root(mounted.get(), ".", O_RDONLY | O_DIRECTORY);
            with_context(copy.add ? "ADD failed" : "COPY failed", [&] {
                apply_copy(source.get(), root.get(), copy, plan, destination, from_image, workspace.lower(),
                           *build.stop);
            });
        }
        return workspace.seal();
    };
    auto layer = co_await build.services.pool.run(std::move(apply));
    co_await commit(created_by, std::move(layer), exact, content);
}

namespace {

/// The command of a RUN whose whole text is a here-document, or that has some.
std::vector<std::string> run_command(const dockerfile::Run& run, const oci::ContainerConfig& config) {
    if (run.heredocs.empty() || run.command.exec_form) return command_of(run.command, config);
    auto command = run.command;
    auto& text = command.args.front();
    bool is_script = run.heredocs.size() == 1 && text.starts_with("<<") && text.find(' ') == text.npos;
    if (is_script && run.heredocs.front().content.starts_with("#!"))
        throw NotImplemented(
            "RUN with a here-document that begins with #! is not available in this release of dhow");
    if (is_script) {
        text = run.heredocs.front().text();
    } else {
        for (const auto& document : run.heredocs) text += "\n" + document.content + document.name;
    }
    return command_of(command, config);
}

}  // namespace

Task<void> StageRun::run_step(const dockerfile::Run& run) {
    if (run.security == "insecure")
        throw Forbidden(
            "security.insecure is not allowed: the daemon grants no build more rights than a container has");
    const auto& config = state.config.config;
    ExecRequest request;
    request.args = run_command(run, config);
    request.env = config.env;
    request.cwd = config.working_dir;
    request.user = config.user;
    request.network = build.request.network;
    if (run.network == "none") request.network = {Network::Mode::none, ""};
    if (run.network == "host") request.network = {Network::Mode::host, ""};
    auto command = fmt::format("{}", fmt::join(request.args, " "));
    auto arguments = run_arguments();
    std::string prefix;
    for (const auto& [name, value] : arguments) {
        prefix += fmt::format("{}={} ", name, value);
        request.env.push_back(name + "=" + value);
    }
    auto created_by = prefix.empty() ? command : fmt::format("|{} {}{}", arguments.size(), prefix, command);
    for (auto name : proxies) {
        auto given = build.request.arguments.find(std::string(name));
        if (given == build.request.arguments.end()) continue;
        build.used_arguments.insert(given->first);
        if (given->second && !find_variable(request.env, name))
            request.env.push_back(given->first + "=" + *given->second);
    }
    std::vector<dockerfile::RunMount> wanted;
    for (const auto& text : run.mounts) wanted.push_back(dockerfile::parse_mount(text));
    std::function<Task<LayerStack>(std::string)> from = [this](std::string name) {
        return source_layers(std::move(name));
    };
    auto mounts = co_await make_mounts(*this, std::move(wanted), std::move(from));
    request.mounts = mounts.mounts;

    auto details = fmt::format("{} {} {}", run.network, fmt::join(run.mounts, ";"), mounts.digest);
    auto exact = Key("step")
                     .add(state.image.text())
                     .add(created_by)
                     .add(details)
                     .add(config_text(state.config))
                     .finish();
    Key key("run");
    key.add(chain_of(state.layers)).add(details).add(config.user).add(config.working_dir).add(created_by);
    for (const auto& word : request.args) key.add(word);
    for (const auto& variable : config.env) key.add(variable);
    auto content = key.finish();
    if (co_await reuse(created_by, exact, content)) co_return;

    auto make = [this] {
        return std::make_shared<Workspace>(build.services.store, random_hex(32), state.layers);
    };
    auto workspace = co_await build.services.pool.run(std::move(make));
    auto name = workspace->id().substr(0, 12);
    co_await say(fmt::format(" ---> Running in {}\n", name));
    ExecOutput output = [this](bool is_error, std::string bytes) -> Task<void> {
        co_await build.listener.step_output(index, is_error, bytes);
        auto kind = is_error ? Transcript::Kind::error_text : Transcript::Kind::text;
        co_await build.transcript.say(position, kind, std::move(bytes));
    };
    auto outcome = co_await run_in_container(build.services, build.request, *workspace, std::move(request),
                                             std::move(output), *build.stop);
    if (outcome.exit_code != 0) throw CommandFailed(command, outcome.exit_code);
    auto seal = [workspace] { return workspace->seal(); };
    auto layer = co_await build.services.pool.run(std::move(seal));
    workspace.reset();
    co_await say(fmt::format(" ---> Removed intermediate container {}\n", name));
    co_await commit(created_by, std::move(layer), exact, content);
}

Task<bool> StageRun::reuse(std::string created_by, std::string exact_key, std::string content_key) {
    if (build.request.no_cache) co_return false;
    struct Found {
        std::optional<image::Image> image;  // the very same step on the very same image
        bool layer_known = false;           // the same work on the same files
        LayerPtr layer;
    };
    auto look = [this, exact_key, content_key] {
        Found found;
        auto& services = build.services;
        auto known = build.cache.find(exact_key);
        bool exact = known.has_value();
        if (!known && !content_key.empty()) known = build.cache.find(content_key);
        if (!known) return found;
        auto image = services.images.find(known->text());
        if (!image) return found;
        if (exact) found.image = image;
        const auto& config = *image->config;
        found.layer_known = true;
        bool empty = config.history.empty() || config.history.back().empty_layer;
        if (empty || config.rootfs.diff_ids.empty()) return found;
        auto pin = services.store.layers().find(config.rootfs.diff_ids.back());
        if (!pin) return Found{};
        found.layer = std::make_shared<image::IngestedLayer>(image::known_layer(std::move(*pin)));
        return found;
    };
    auto found = co_await build.services.pool.run(std::move(look));
    if (!found.layer_known) co_return false;
    build.listener.step_reused(index);
    co_await say(" ---> Using cache\n");
    if (found.image) {
        state.config = *found.image->config;
        state.image = found.image->id;
        if (found.layer) state.layers.push_back(found.layer);
        co_return true;
    }
    co_await commit(std::move(created_by), std::move(found.layer), std::move(exact_key), "");
    co_return true;
}

Task<void> StageRun::commit(std::string created_by, LayerPtr layer, std::string exact_key,
                            std::string content_key) {
    build.stop->check();
    auto& config = state.config;
    config.created = format_timestamp(now());
    oci::History entry;
    entry.created = config.created;
    entry.created_by = std::move(created_by);
    entry.author = config.author;
    entry.empty_layer = !layer;
    config.history.push_back(std::move(entry));
    if (layer) {
        config.rootfs.diff_ids.push_back(layer->pin.layer().diff_id);
        state.layers.push_back(layer);
    }
    auto make = [this, exact_key, content_key] {
        auto id = make_image(build.services.store, state.config, state.layers, state.image);
        build.cache.put(exact_key, id);
        if (!content_key.empty()) build.cache.put(content_key, id);
        return id;
    };
    state.image = co_await build.services.pool.run(std::move(make));
}

}  // namespace dhow::build
