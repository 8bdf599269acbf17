#include "build/plan.hpp"

#include <charconv>

#include "base/text.hpp"
#include "build/dockerfile/expand.hpp"
#include "oci/reference.hpp"

namespace dhow::build {

namespace {

using dockerfile::Instruction;

/// One --label is one step more, as if the Dockerfile ended with it.
Instruction label_step(const std::string& key, const std::string& value, char escape) {
    // In double quotes, with all that is special there escaped.
    auto quoted = [escape](const std::string& text) {
        std::string result = "\"";
        for (char c : text) {
            if (c == '"' || c == '$' || c == escape) result += escape;
            result += c;
        }
        return result + "\"";
    };
    Instruction label;
    label.what = dockerfile::AddLabels{{{quoted(key), quoted(value)}}};
    label.written = "LABEL " + key + "=" + value;
    return label;
}

/// A variable before the first FROM, and in each FROM.
std::optional<std::string> find_global(const Plan& plan, const std::map<std::string, std::string>& platform,
                                       std::string_view name) {
    std::string key(name);
    if (auto found = plan.global_values.find(key); found != plan.global_values.end()) return found->second;
    if (auto found = platform.find(key); found != platform.end()) return found->second;
    return std::nullopt;
}

void read_global_arguments(Plan& plan, const Request& request) {
    auto platform = platform_values(request);
    for (const auto& instruction : plan.file.global_args) {
        auto lookup = [&](std::string_view name) { return find_global(plan, platform, name); };
        auto expanded = dockerfile::expand(instruction, plan.file.directives.escape, lookup);
        for (const auto& arg : std::get<dockerfile::AddArgs>(expanded.what).args) {
            auto given = request.arguments.find(arg.key);
            if (given != request.arguments.end() && given->second)
                plan.global_values[arg.key] = *given->second;
            else if (arg.value)
                plan.global_values[arg.key] = *arg.value;
        }
    }
}

void stand_on_context(Plan& plan, StagePlan& stage, const std::string& name, const Request& request) {
    stage.base = request.contexts.at(name).image;
    if (!stage.base.empty()) return;
    stage.context = name;
    plan.contexts.insert(name);
}

void find_base(Plan& plan, std::size_t index, const Request& request) {
    auto& stage = plan.stages[index];
    if (const auto* context = stage.stage.name.empty() ? nullptr : find_context(request, stage.stage.name)) {
        // It stands in for the whole stage.
        stage.stage.instructions.clear();
        return stand_on_context(plan, stage, *context, request);
    }
    auto platform = platform_values(request);
    auto lookup = [&](std::string_view name) { return find_global(plan, platform, name); };
    auto base =
        dockerfile::expand_word(stage.stage.base, plan.file.directives.escape, lookup, stage.stage.lines);
    if (base.empty())
        throw dockerfile::DockerfileError(stage.stage.lines,
                                          fmt::format("base name ({}) should not be blank", stage.stage.base),
                                          stage.stage.base);
    // A number is no name here: `FROM 0` is an image.
    for (std::size_t i = index; i-- > 0 && !stage.from;)
        if (plan.stages[i].stage.name == lower(base)) stage.from = i;
    if (stage.from)
        stage.needs.insert(*stage.from);
    else if (const auto* context = find_context(request, base))
        stand_on_context(plan, stage, *context, request);
    else
        stage.base = base;
}

void note_source(Plan& plan, std::size_t index, const std::string& from, const Request& request) {
    if (from.empty()) return;
    auto& needs = plan.stages[index].needs;
    if (from.find('$') != std::string::npos) {
        for (std::size_t i = 0; i < index; ++i) needs.insert(i);
        for (const auto& [name, context] : request.contexts)
            if (context.image.empty()) plan.contexts.insert(name);
    } else if (auto stage = find_stage(plan, from, index)) {
        needs.insert(*stage);
    } else if (const auto* context = find_context(request, from)) {
        if (request.contexts.at(*context).image.empty()) plan.contexts.insert(*context);
    }
}

void find_sources(Plan& plan, std::size_t index, const Request& request) {
    for (const auto& instruction : plan.stages[index].stage.instructions) {
        if (const auto* copy = std::get_if<dockerfile::Copy>(&instruction.what))
            note_source(plan, index, copy->from, request);
        const auto* run = std::get_if<dockerfile::Run>(&instruction.what);
        if (!run) continue;
        for (const auto& mount : run->mounts) {
            auto at = mount.find("from=");
            if (at == std::string::npos) continue;
            note_source(plan, index, mount.substr(at + 5, mount.find(',', at) - at - 5), request);
        }
    }
}

std::size_t find_target(const Plan& plan, const std::string& name) {
    if (name.empty()) return plan.stages.size() - 1;
    if (auto found = find_stage(plan, name, plan.stages.size())) return *found;
    std::vector<std::string_view> names;
    for (const auto& stage : plan.stages) names.push_back(stage.stage.name);
    auto near = dockerfile::nearest(name, names);
    throw InvalidArgument("target stage \"{}\" could not be found{}", name,
                          near.empty() ? "" : fmt::format(" (did you mean {}?)", near));
}

void need(Plan& plan, std::size_t index) {
    if (std::exchange(plan.stages[index].needed, true)) return;
    for (auto other : plan.stages[index].needs) need(plan, other);
}

}  // namespace

bool is_work(const dockerfile::Instruction& instruction) {
    return std::holds_alternative<dockerfile::Run>(instruction.what) ||
           std::holds_alternative<dockerfile::Copy>(instruction.what) ||
           std::holds_alternative<dockerfile::Workdir>(instruction.what);
}

std::map<std::string, std::string> platform_values(const Request& request) {
    auto target = request.platform.value_or(oci::Platform::host());
    auto host = oci::Platform::host();
    return {{"TARGETPLATFORM", target.text()},   {"TARGETOS", target.os},
            {"TARGETARCH", target.architecture}, {"TARGETVARIANT", target.variant},
            {"BUILDPLATFORM", host.text()},      {"BUILDOS", host.os},
            {"BUILDARCH", host.architecture},    {"BUILDVARIANT", host.variant}};
}

std::optional<oci::Platform> platform_of(const Plan& plan, const StagePlan& stage, const Request& request) {
    if (stage.stage.platform.empty()) return request.platform;
    auto platform = platform_values(request);
    auto lookup = [&](std::string_view name) { return find_global(plan, platform, name); };
    return oci::Platform::parse(dockerfile::expand_word(stage.stage.platform, plan.file.directives.escape,
                                                        lookup, stage.stage.lines));
}

const std::string* find_context(const Request& request, std::string_view name) {
    auto wanted = lower(name);
    if (auto found = request.contexts.find(wanted); found != request.contexts.end()) return &found->first;
    auto full = [](const std::string& text) -> std::string {
        try {
            return oci::Reference::parse(text).with_default_tag().full();
        } catch (const InvalidArgument&) {
            return "";
        }
    };
    if (request.contexts.empty()) return nullptr;
    auto image = full(wanted);
    for (const auto& [key, context] : request.contexts)
        if (!image.empty() && full(key) == image) return &key;
    return nullptr;
}

std::optional<std::size_t> find_stage(const Plan& plan, std::string_view name, std::size_t before) {
    auto wanted = lower(name);
    for (std::size_t i = before; i-- > 0;)
        if (!wanted.empty() && plan.stages[i].stage.name == wanted) return i;
    std::size_t number = 0;
    auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || end != name.data() + name.size() || number >= before) return std::nullopt;
    return number;
}

dockerfile::Dockerfile read_dockerfile(std::string_view text, const Request& request) {
    auto file = dockerfile::parse_dockerfile(text);
    auto given = request.arguments.find("BUILDKIT_DOCKERFILE_CHECK");
    if (given != request.arguments.end() && given->second) file.directives.check = *given->second;
    return file;
}

// What docker's own frontend reads is read here; another's language is not known.
void check_syntax(const dockerfile::Dockerfile& file, const Request& request) {
    auto name = file.directives.syntax.substr(0, file.directives.syntax.find(' '));
    auto given = request.arguments.find("BUILDKIT_SYNTAX");
    if (given != request.arguments.end() && given->second) name = *given->second;
    if (name.empty()) return;
    std::string repository;
    try {
        repository = oci::Reference::parse(name).name();
    } catch (const InvalidArgument& error) {
        throw InvalidArgument("syntax={}: {}", name, error.message());
    }
    if (repository == "docker.io/docker/dockerfile" || repository == "docker.io/docker/dockerfile-upstream")
        return;
    throw NotImplemented(
        "the frontend {} is not available in this release of dhow, which reads the language of "
        "docker/dockerfile "
        "itself and runs no frontend's image",
        name);
}

Plan make_plan(dockerfile::Dockerfile file, const Request& request) {
    check_syntax(file, request);
    Plan plan;
    plan.file = std::move(file);
    for (auto& stage : plan.file.stages)
        plan.stages.push_back(
            {.stage = std::move(stage), .base = "", .from = {}, .context = "", .needs = {}});
    plan.file.stages.clear();
    read_global_arguments(plan, request);
    plan.target = find_target(plan, request.target);
    plan.stages.resize(plan.target + 1);
    for (const auto& [key, value] : request.labels)
        plan.stages.back().stage.instructions.push_back(label_step(key, value, plan.file.directives.escape));
    for (std::size_t i = 0; i < plan.stages.size(); ++i) {
        find_base(plan, i, request);
        find_sources(plan, i, request);
    }
    need(plan, plan.target);
    plan.steps = static_cast<int>(plan.file.global_args.size());
    for (auto& stage : plan.stages) {
        if (!stage.needed) continue;
        stage.first_step = plan.steps + 1;
        plan.steps += 1 + static_cast<int>(stage.stage.instructions.size());
    }
    return plan;
}

namespace {

std::string base_text(const StagePlan& stage) {
    if (stage.from) return fmt::format("stage {}", *stage.from);
    return stage.context.empty() ? stage.base : "context " + stage.context;
}

}  // namespace

std::string to_text(const Plan& plan) {
    std::string text;
    for (std::size_t i = 0; i < plan.stages.size(); ++i) {
        const auto& stage = plan.stages[i];
        if (!stage.needed) continue;
        text +=
            fmt::format("{} {}: {}", i, stage.stage.name.empty() ? "-" : stage.stage.name, base_text(stage));
        for (auto other : stage.needs) text += fmt::format(" <{}", other);
        text += fmt::format(" steps {}-{}/{}\n", stage.first_step,
                            stage.first_step + static_cast<int>(stage.stage.instructions.size()), plan.steps);
    }
    return text;
}

}  // namespace dhow::build
