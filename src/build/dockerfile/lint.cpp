#include "build/dockerfile/lint.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <regex>
#include <set>

#include "base/ignore.hpp"
#include "base/text.hpp"
#include "build/dockerfile/lint_rules.hpp"
#include "build/dockerfile/lint_settings.hpp"
#include "build/dockerfile/words.hpp"
#include "oci/reference.hpp"

namespace dhow::build::dockerfile {

namespace {

std::string_view first_word(std::string_view text) {
    return text.substr(0, std::min(text.find_first_of(blanks_and_newline), text.size()));
}

constexpr std::array<std::string_view, 8> platform_names{"TARGETPLATFORM", "TARGETOS",      "TARGETARCH",
                                                         "TARGETVARIANT",  "BUILDPLATFORM", "BUILDOS",
                                                         "BUILDARCH",      "BUILDVARIANT"};

class Linter {
  public:
    Linter(const Dockerfile& file, const std::vector<std::string>& ignored)
        : file_(file), settings_(file.directives.check), ignored_(ignored) {
        report_.is_error = settings_.is_error;
        rules_ = IgnoreRules::of(ignored);
    }

    LintReport run() {
        look_at_casing();
        for (const auto& arg : file_.global_args) {
            look_at(arg);
            for (const auto& one : std::get<AddArgs>(arg.what).args) global_.insert(one.key);
        }
        for (const auto& stage : file_.stages) look_at(stage);
        look_at_default_bases();
        for (auto lines : file_.empty_continuations)
            warn("NoEmptyContinuation", "Empty continuation line", lines);
        std::ranges::stable_sort(report_.warnings, {},
                                 [](const LintWarning& one) { return one.lines.first; });
        return std::move(report_);
    }

  private:
    void warn(const char* rule, std::string message, Lines lines) {
        if (!settings_.wants(rule)) return;
        report_.warnings.push_back({rule, std::move(message), lines});
    }

    /// All keywords are to be written as most of them are.
    void look_at_casing() {
        std::vector<std::pair<std::string, Lines>> keywords;
        auto add = [&](const std::string& written, Lines lines) {
            keywords.emplace_back(first_word(written), lines);
        };
        for (const auto& one : file_.global_args) add(one.written, one.lines);
        for (const auto& stage : file_.stages) {
            add(stage.written, stage.lines);
            for (const auto& one : stage.instructions) add(one.written, one.lines);
        }
        auto small =
            std::ranges::count_if(keywords, [](const auto& one) { return one.first == lower(one.first); });
        auto large =
            std::ranges::count_if(keywords, [](const auto& one) { return one.first == upper(one.first); });
        bool to_lower = small > large;
        for (const auto& [keyword, lines] : keywords)
            if (keyword != (to_lower ? lower(keyword) : upper(keyword)))
                warn("ConsistentInstructionCasing",
                     fmt::format("Command '{}' should match the case of the command majority ({})", keyword,
                                 to_lower ? "lowercase" : "uppercase"),
                     lines);
    }

    void look_at(const Stage& stage) {
        look_at_comment("FROM", {stage.name}, stage.comments, stage.lines);
        look_at_name(stage);
        look_at_platform(stage);
        look_at_base(stage);
        counts_.clear();
        has_shell_ = false;
        has_workdir_ = workdirs_.contains(lower(stage.base));
        for (const auto& instruction : stage.instructions) look_at(instruction);
        if (has_workdir_ && !stage.name.empty()) workdirs_.insert(stage.name);
    }

    void look_at_name(const Stage& stage) {
        if (stage.name.empty()) return;
        auto words = split(std::string(trim(stage.written)), ' ');
        std::erase(words, "");
        if (words.size() < 3) return;
        const auto& name = words.back();
        const auto& as = words[words.size() - 2];
        const auto& from = words.front();
        if (name != lower(name))
            warn("StageNameCasing", fmt::format("Stage name '{}' should be lowercase", name), stage.lines);
        bool same = (as == lower(as) && from == lower(from)) || (as == upper(as) && from == upper(from));
        if (!same)
            warn("FromAsCasing", fmt::format("'{}' and '{}' keywords' casing do not match", as, from),
                 stage.lines);
        if (!names_.insert(stage.name).second)
            warn("DuplicateStageName",
                 fmt::format("Duplicate stage name \"{}\", stage names should be unique", name), stage.lines);
        if (stage.name == "scratch" || stage.name == "context")
            warn("ReservedStageName",
                 fmt::format("Stage name should not use the same name as reserved stage \"{}\"", stage.name),
                 stage.lines);
    }

    void look_at_platform(const Stage& stage) {
        const auto& platform = stage.platform;
        if (platform.empty()) return;
        if (platform == "$TARGETPLATFORM" || platform == "${TARGETPLATFORM}")
            warn("RedundantTargetPlatform",
                 fmt::format(
                     "Setting platform to predefined {} in FROM is redundant as this is the default behavior",
                     platform),
                 stage.lines);
        else if (platform.find('$') == platform.npos)
            warn("FromPlatformFlagConstDisallowed",
                 fmt::format("FROM --platform flag should not use constant value \"{}\"", platform),
                 stage.lines);
    }

    void look_at_base(const Stage& stage) {
        auto lookup = [&](std::string_view name) -> std::optional<std::string> {
            bool declared = global_.contains(std::string(name)) ||
                            std::ranges::find(platform_names, name) != platform_names.end();
            if (!declared)
                warn("UndefinedArgInFrom",
                     fmt::format("FROM argument '{}' is not declared{}", name, suggestion(name)),
                     stage.lines);
            return std::string("x");
        };
        for (const auto& text : {stage.base, stage.platform}) {
            try {
                Expander(file_.directives.escape, lookup).word(text);
            } catch (const InvalidArgument&) {
                // The build will say what is wrong.
            }
        }
    }

    void look_at(const Instruction& instruction) {
        if (const auto* args = std::get_if<AddArgs>(&instruction.what)) {
            std::vector<std::string> keys;
            for (const auto& arg : args->args) keys.push_back(arg.key);
            for (const auto& key : keys) look_for_secret("ARG", key, instruction.lines);
            look_at_comment("ARG", keys, instruction.comments, instruction.lines);
        } else if (const auto* copy = std::get_if<Copy>(&instruction.what)) {
            look_at_sources(*copy, instruction.lines);
        } else if (const auto* env = std::get_if<AddEnv>(&instruction.what)) {
            for (const auto& pair : env->pairs) look_for_secret("ENV", pair.key, instruction.lines);
            look_at_form("ENV", instruction);
        } else if (std::holds_alternative<AddLabels>(instruction.what)) {
            look_at_form("LABEL", instruction);
        } else if (const auto* cmd = std::get_if<Cmd>(&instruction.what)) {
            look_at_command("CMD", cmd->command, instruction.lines);
        } else if (const auto* entrypoint = std::get_if<Entrypoint>(&instruction.what)) {
            look_at_command("ENTRYPOINT", entrypoint->command, instruction.lines);
        } else if (std::holds_alternative<Health>(instruction.what)) {
            count("HEALTHCHECK", instruction.lines);
        } else if (std::holds_alternative<Shell>(instruction.what)) {
            has_shell_ = true;
        } else if (std::holds_alternative<Maintainer>(instruction.what)) {
            warn("MaintainerDeprecated", "Maintainer instruction is deprecated in favor of using label",
                 instruction.lines);
        } else if (const auto* workdir = std::get_if<Workdir>(&instruction.what)) {
            look_at_workdir(workdir->path, instruction.lines);
        } else if (const auto* expose = std::get_if<Expose>(&instruction.what)) {
            for (const auto& port : expose->ports) look_at_port(port, instruction.lines);
        }
    }

    /// What is taken and was left out. Exceptions make that hard to say, so then nothing is said.
    void look_at_sources(const Copy& copy, Lines lines) {
        bool judges = copy.from.empty() && !ignored_.empty() &&
                      std::ranges::none_of(ignored_, [](const auto& one) { return one.starts_with('!'); });
        if (!judges) return;
        static constexpr std::array<std::string_view, 3> all{"*", "**", "**/*"};
        bool root_ignored = std::ranges::find_first_of(ignored_, all) != ignored_.end();
        for (const auto& source : copy.sources) {
            if (source.find('$') != source.npos || source.find("://") != source.npos) continue;
            auto path = clean_path(source);
            bool is_root = path == "." || path == "/";
            if (path.starts_with('/')) path.erase(0, 1);
            if (is_root ? !root_ignored : !rules_.ignores(path)) continue;
            warn("CopyIgnoredFile",
                 fmt::format("Attempting to {} file \"{}\" that is excluded by .dockerignore",
                             copy.add ? "Add" : "Copy", clean_path(source)),
                 lines);
        }
    }

    /// Bases as they are when no --build-arg says otherwise.
    void look_at_default_bases() {
        std::map<std::string, std::string, std::less<>> values;
        auto lookup = [&](std::string_view name) -> std::optional<std::string> {
            auto found = values.find(name);
            if (found != values.end()) return found->second;
            return std::ranges::find(platform_names, name) == platform_names.end()
                       ? std::nullopt
                       : std::optional<std::string>("linux");
        };
        Expander expander(file_.directives.escape, lookup);
        try {
            for (const auto& arg : file_.global_args)
                for (const auto& one : std::get<AddArgs>(arg.what).args)
                    if (one.value) values[one.key] = expander.word(*one.value);
            for (const auto& stage : file_.stages)
                if (!is_image_name(expander.word(stage.base)))
                    warn("InvalidDefaultArgInFrom",
                         fmt::format("Default value for ARG {} results in empty or invalid base image name",
                                     stage.base),
                         stage.lines);
        } catch (const InvalidArgument&) {
            // The build will say what is wrong.
        }
    }

    static bool is_image_name(const std::string& name) {
        try {
            oci::Reference::parse(name);
            return true;
        } catch (const InvalidArgument&) {
            return false;
        }
    }

    void look_at_comment(const char* what, const std::vector<std::string>& names,
                         const std::vector<std::string>& comments, Lines lines) {
        bool none = comments.empty() || names.empty() || names.front().empty();
        if (none || std::ranges::find(names, first_word(comments.back())) != names.end()) return;
        warn("InvalidDefinitionDescription",
             fmt::format("Comment for {} should follow the format: `# {} <description>`", what,
                         names.size() > 1 ? "<arg_key>" : names.front()),
             lines);
    }

    /// " (did you mean X?)", or nothing.
    std::string suggestion(std::string_view name) const {
        std::vector<std::string_view> candidates(global_.begin(), global_.end());
        candidates.insert(candidates.end(), platform_names.begin(), platform_names.end());
        auto near = nearest(name, candidates);
        return near.empty() ? "" : fmt::format(" (did you mean {}?)", near);
    }

    void look_for_secret(const char* what, const std::string& name, Lines lines) {
        static const std::regex secret(
            "(_|^)(apikey|auth|credentials?|key|password|pword|passwd|secret|token)(_|$)", std::regex::icase);
        static const std::regex harmless("(_|^)(public|file|version)(_|$)", std::regex::icase);
        constexpr std::size_t longest = 256;  // std::regex recurses
        if (name.size() > longest || !std::regex_search(name, secret) || std::regex_search(name, harmless))
            return;
        warn("SecretsUsedInArgOrEnv",
             fmt::format("Do not use ARG or ENV instructions for sensitive data ({} \"{}\")", what, name),
             lines);
    }

    void look_at_form(const char* what, const Instruction& instruction) {
        auto rest =
            trim_left(std::string_view(instruction.written).substr(first_word(instruction.written).size()));
        if (first_word(rest).find('=') != rest.npos || rest.starts_with('"') || rest.starts_with('\''))
            return;
        warn("LegacyKeyValueFormat",
             fmt::format("\"{0} key=value\" should be used instead of legacy \"{0} key value\" format", what),
             instruction.lines);
    }

    void look_at_command(const char* what, const CommandLine& command, Lines lines) {
        count(what, lines);
        if (command.exec_form || command.args.empty() || has_shell_) return;
        warn("JSONArgsRecommended",
             fmt::format(
                 "JSON arguments recommended for {} to prevent unintended behavior related to OS signals",
                 what),
             lines);
    }

    void count(const char* what, Lines lines) {
        if (counts_.insert(what).second) return;
        warn("MultipleInstructionsDisallowed",
             fmt::format(
                 "Multiple {} instructions should not be used in the same stage because only the last one "
                 "will be used",
                 what),
             lines);
    }

    void look_at_workdir(const std::string& path, Lines lines) {
        bool absolute = path.starts_with('/') || path.starts_with('$');
        if (!absolute && !has_workdir_)
            warn("WorkdirRelativePath",
                 fmt::format("Relative workdir \"{}\" can have unexpected results if the base image changes",
                             path),
                 lines);
        has_workdir_ = has_workdir_ || absolute;
    }

    void look_at_port(const std::string& port, Lines lines) {
        auto protocol = port.substr(std::min(port.find('/'), port.size()));
        if (protocol != lower(protocol))
            warn("ExposeProtoCasing",
                 fmt::format("Defined protocol '{}' in EXPOSE instruction should be lowercase", port), lines);
        if (port.find(':') != port.npos && port.find('$') == port.npos)
            warn("ExposeInvalidFormat",
                 fmt::format(
                     "EXPOSE instruction should not define an IP address or host-port mapping, found '{}'",
                     port),
                 lines);
    }

    const Dockerfile& file_;
    LintSettings settings_;
    const std::vector<std::string>& ignored_;
    IgnoreRules rules_;
    LintReport report_;
    std::set<std::string> global_, names_, counts_, workdirs_;
    bool has_shell_ = false, has_workdir_ = false;
};

}  // namespace

LintReport lint(const Dockerfile& file, const std::vector<std::string>& ignored) {
    return Linter(file, ignored).run();
}

bool skips_rule(const Dockerfile& file, std::string_view rule) {
    return !LintSettings(file.directives.check).wants(rule);
}

bool warnings_are_errors(const Dockerfile& file) { return LintSettings(file.directives.check).is_error; }

void refuse_warnings(const LintReport& report) {
    if (!report.is_error || report.warnings.empty()) return;
    std::set<std::string> rules;
    for (const auto& warning : report.warnings) rules.insert(warning.rule);
    throw InvalidArgument("lint violation found for rules: {}", fmt::join(rules, ", "));
}

std::string short_text(const LintWarning& warning) {
    auto text = warning.rule.empty() ? warning.message : warning.rule + ": " + warning.message;
    if (warning.lines.first > 0) text += fmt::format(" (line {})", warning.lines.first);
    return text;
}

std::string to_text(const LintReport& report, std::string_view file, std::string_view name) {
    auto count = report.warnings.size();
    if (count == 0) return "Check complete, no warnings found.\n";
    auto text = count == 1 ? std::string("Check complete, 1 warning has been found!\n")
                           : fmt::format("Check complete, {} warnings have been found!\n", count);
    for (const auto& warning : report.warnings) {
        auto url = rule_url(warning.rule);
        text += fmt::format("\nWARNING: {}{}{}\n{}\n", warning.rule, url.empty() ? "" : " - ", url,
                            warning.message);
        text += excerpt(file, name, DockerfileError(warning.lines, warning.message));
    }
    return text;
}

}  // namespace dhow::build::dockerfile
