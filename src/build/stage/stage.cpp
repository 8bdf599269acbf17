// One stage: its base, then its instructions in their order.

#include "build/configure.hpp"
#include "build/dockerfile/expand.hpp"
#include "build/remote/address.hpp"
#include "build/run.hpp"

namespace dhow::build {

namespace {

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
        build.listener.step_ends(index, failure);
    }
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

Task<void> StageRun::triggers() {
    auto list = std::exchange(state.config.config.on_build, {});
    const auto& plan = build.plan.stages[index];
    char escape = build.plan.file.directives.escape;
    std::vector<dockerfile::Instruction> instructions;
    for (const auto& text : list) {
        auto statement = dockerfile::parse_statement(text, escape, plan.stage.lines);
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
    if (numbered)
        co_await say(fmt::format("Step {}/{} : {}\n", number_, build.plan.steps,
                                 without_credentials(written.written)));
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

}  // namespace dhow::build
