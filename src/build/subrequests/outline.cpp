#include "build/subrequests/outline.hpp"

#include <algorithm>
#include <ranges>

#include "build/dockerfile/expand.hpp"

namespace dhow::build {

namespace {

using dockerfile::Instruction;
using Names = std::set<std::string, std::less<>>;
using Values = std::map<std::string, std::optional<std::string>, std::less<>>;

struct Declared {
    ArgumentOutline argument;
    Names uses;  ///< variables that its default is made of
};
using Declarations = std::map<std::string, Declared, std::less<>>;

std::optional<std::string> given(const Request& request, const std::string& name) {
    auto found = request.arguments.find(name);
    return found == request.arguments.end() ? std::nullopt : found->second;
}

/// What a word names.
Names variables_of(const std::string& word, char escape, dockerfile::Lines lines) {
    Names names;
    auto lookup = [&](std::string_view name) -> std::optional<std::string> {
        names.emplace(name);
        // What is required must not be missing for that.
        return "x";
    };
    dockerfile::expand_word(word, escape, lookup, lines);
    return names;
}

/// ARG in front of the first FROM.
Declarations global_declarations(const Plan& plan, const Request& request) {
    Declarations all;
    for (const auto& instruction : plan.file.global_args)
        for (const auto& arg : std::get<dockerfile::AddArgs>(instruction.what).args) {
            auto& declared = all[arg.key];
            auto value = plan.global_values.find(arg.key);
            declared.argument = {arg.key, dockerfile::description_of(instruction.comments, arg.key),
                                 value == plan.global_values.end() ? "" : value->second, instruction.lines};
            if (given(request, arg.key) || !arg.value) continue;
            // One that is made of itself needs what it was made of before.
            auto names = variables_of(*arg.value, plan.file.directives.escape, instruction.lines);
            if (names.erase(arg.key) == 0) declared.uses.clear();
            declared.uses.merge(names);
        }
    return all;
}

/// The variables of a stage, and those of the stage that it stands on.
struct Scope {
    const Scope* base = nullptr;
    Values env, arguments;

    std::optional<std::string> find(std::string_view name) const {
        // ENV wins over ARG.
        for (auto kind : {&Scope::env, &Scope::arguments})
            for (const auto* scope = this; scope; scope = scope->base)
                if (auto found = (scope->*kind).find(name); found != (scope->*kind).end())
                    return found->second;
        return std::nullopt;
    }
};

/// What was found, by names.
struct Findings {
    std::map<std::string, ArgumentOutline, std::less<>> arguments;
    std::map<std::string, LoanOutline> secrets, agents;
    std::map<std::string, CacheOutline> caches;
    Names globals;  ///< variables in front of the first FROM that are used
};

/// A stage, read as its build would run it.
class StageReader {
  public:
    StageReader(const Plan& plan, const Request& request, const Declarations& globals, Scope& scope)
        : plan_(plan),
          request_(request),
          globals_(globals),
          platform_(platform_values(request)),
          scope_(scope) {}

    Findings read(const StagePlan& stage) {
        for (const auto& word : {stage.stage.base, stage.stage.platform})
            for (const auto& name : variables_of(word, plan_.file.directives.escape, stage.stage.lines))
                use_global(globals_.find(name));
        for (const auto& instruction : stage.stage.instructions) read(instruction);
        return std::move(found_);
    }

  private:
    void read(const Instruction& written) {
        bool matters = std::holds_alternative<dockerfile::AddArgs>(written.what) ||
                       std::holds_alternative<dockerfile::AddEnv>(written.what) ||
                       std::holds_alternative<dockerfile::Run>(written.what);
        if (!matters) return;
        auto lookup = [this](std::string_view name) { return scope_.find(name); };
        auto instruction = written;
        try {
            instruction = dockerfile::expand(written, plan_.file.directives.escape, lookup);
        } catch (const dockerfile::DockerfileError&) {
            // A variable of the base may be missing; if not, the build will say what is wrong.
        }
        if (const auto* args = std::get_if<dockerfile::AddArgs>(&instruction.what))
            for (const auto& arg : args->args) declare(arg, instruction);
        if (const auto* env = std::get_if<dockerfile::AddEnv>(&instruction.what))
            for (const auto& pair : env->pairs) scope_.env[pair.key] = pair.value;
        if (const auto* run = std::get_if<dockerfile::Run>(&instruction.what))
            for (const auto& mount : run->mounts) add_mount(mount, instruction.lines);
    }

    void declare(const dockerfile::Arg& arg, const Instruction& instruction) {
        auto value = given(request_, arg.key);
        if (!value) value = arg.value;
        auto global = arg.value ? globals_.end() : globals_.find(arg.key);
        if (global != globals_.end()) {
            use_global(global);
            if (!value && plan_.global_values.contains(arg.key)) value = global->second.argument.value;
        } else if (!value && platform_.contains(arg.key)) {
            value = platform_.at(arg.key);
        } else {
            found_.arguments[arg.key] = {arg.key, dockerfile::description_of(instruction.comments, arg.key),
                                         value.value_or(""), instruction.lines};
        }
        scope_.arguments[arg.key] = std::move(value);
    }

    void add_mount(const std::string& text, dockerfile::Lines lines) {
        using Type = dockerfile::RunMount::Type;
        dockerfile::RunMount mount;
        try {
            mount = dockerfile::parse_mount(text);
        } catch (const InvalidArgument&) {
            return;  // as above
        }
        auto id = dockerfile::id_of(mount);
        if (mount.type == Type::secret) found_.secrets.try_emplace(id, id, mount.required, lines);
        if (mount.type == Type::ssh) found_.agents.try_emplace(id, id, mount.required, lines);
        if (mount.type == Type::cache) found_.caches.try_emplace(id, id, lines);
    }

    void use_global(Declarations::const_iterator global) {
        if (global == globals_.end()) return;
        found_.arguments.try_emplace(global->first, global->second.argument);
        found_.globals.insert(global->first);
    }

    const Plan& plan_;
    const Request& request_;
    const Declarations& globals_;
    std::map<std::string, std::string> platform_;
    Scope& scope_;
    Findings found_;
};

/// What variables that are used are made of is used too.
void add_ingredients(const Declarations& globals, Findings& found) {
    std::vector<std::string> open(found.globals.begin(), found.globals.end());
    while (!open.empty()) {
        auto global = globals.find(open.back());
        open.pop_back();
        if (global == globals.end()) continue;
        found.arguments.try_emplace(global->first, global->second.argument);
        for (const auto& other : global->second.uses)
            if (found.globals.insert(other).second) open.push_back(other);
    }
}

/// In the order of the file.
template <typename Entry, typename Less>
std::vector<Entry> in_order(std::map<std::string, Entry, Less>& found) {
    std::vector<Entry> list;
    for (auto& [name, entry] : found) list.push_back(std::move(entry));
    std::ranges::stable_sort(list, {}, [](const Entry& entry) { return entry.lines.first; });
    return list;
}

}  // namespace

std::vector<Target> list_targets(const dockerfile::Dockerfile& file) {
    std::vector<Target> targets;
    for (const auto& stage : file.stages)
        targets.push_back({stage.name, false, dockerfile::description_of(stage.comments, stage.name),
                           stage.base, stage.platform, stage.lines});
    if (!targets.empty()) targets.back().is_default = true;
    return targets;
}

Outline make_outline(const Plan& plan, const Request& request) {
    const auto& target = plan.stages[plan.target].stage;
    Outline outline;
    outline.name = target.name;
    outline.description = dockerfile::description_of(target.comments, target.name);
    auto globals = global_declarations(plan, request);
    std::map<std::size_t, Scope> scopes;
    std::vector<Findings> parts;
    for (std::size_t i = 0; i < plan.stages.size(); ++i) {
        const auto& stage = plan.stages[i];
        if (!stage.needed) continue;
        auto& scope = scopes[i];
        if (stage.from) scope.base = &scopes[*stage.from];
        parts.push_back(StageReader(plan, request, globals, scope).read(stage));
    }
    // Of a name that several stages have, the last one counts: that of the target, first of all.
    Findings all;
    for (auto& part : std::views::reverse(parts)) {
        all.arguments.merge(part.arguments);
        all.secrets.merge(part.secrets);
        all.agents.merge(part.agents);
        all.caches.merge(part.caches);
        all.globals.merge(part.globals);
    }
    add_ingredients(globals, all);
    outline.arguments = in_order(all.arguments);
    outline.secrets = in_order(all.secrets);
    outline.agents = in_order(all.agents);
    outline.caches = in_order(all.caches);
    return outline;
}

}  // namespace dhow::build
