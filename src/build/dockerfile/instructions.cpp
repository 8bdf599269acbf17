#include "build/dockerfile/instructions.hpp"

#include <array>
#include <charconv>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "build/dockerfile/flags.hpp"
#include "build/dockerfile/words.hpp"

namespace dhow::build::dockerfile {

namespace {

constexpr std::array<std::string_view, 18> keywords{
    "ADD",   "ARG",        "CMD",     "COPY", "ENTRYPOINT", "ENV",        "EXPOSE", "FROM",   "HEALTHCHECK",
    "LABEL", "MAINTAINER", "ONBUILD", "RUN",  "SHELL",      "STOPSIGNAL", "USER",   "VOLUME", "WORKDIR"};

/// One statement being understood.
class Reader {
  public:
    Reader(const Statement& statement, char escape)
        : statement_(statement), escape_(escape), flags_(statement) {}

    Instruction run();

    [[noreturn]] void fail(std::string reason, std::string culprit = "", std::string suggestion = "") const {
        throw DockerfileError(statement_.lines, std::move(reason), std::move(culprit), std::move(suggestion));
    }

  private:
    AddArgs read_args();
    std::vector<KeyValue> read_pairs();
    Run read_run();
    Copy read_copy(bool add);
    Volume read_volume();
    Expose read_expose();
    Shell read_shell();
    Health read_health();
    OnBuild read_on_build();
    std::string read_one(const char* article);
    CommandLine read_command(std::string_view text) const;
    std::optional<std::vector<std::string>> read_json(std::string_view text) const;
    std::chrono::nanoseconds read_duration(std::string_view flag);
    void take_documents(Copy& copy, std::vector<std::string>& words) const;

    const Statement& statement_;
    char escape_;
    Flags flags_;
};

std::vector<std::string> blank_separated(std::string_view text) {
    std::vector<std::string> words;
    for (text = trim(text); !text.empty(); text = trim_left(text)) {
        auto end = std::min(text.find_first_of(blanks_and_newline), text.size());
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return words;
}

/// The JSON form; none when the text is not one.
std::optional<std::vector<std::string>> Reader::read_json(std::string_view text) const {
    if (!text.starts_with('[')) return std::nullopt;
    json::Value value;
    try {
        value = json::parse(text);
    } catch (const InvalidArgument&) {
        return std::nullopt;
    }
    std::vector<std::string> words;
    for (const auto& item : value.as_array()) {
        if (!item.is_string())
            fail("when using JSON array syntax, arrays must be comprised of strings only", std::string(text));
        words.emplace_back(item.as_string());
    }
    return words;
}

CommandLine Reader::read_command(std::string_view text) const {
    if (auto words = read_json(text)) return {true, std::move(*words)};
    if (text.empty()) return {};
    return {false, {std::string(text)}};
}

AddArgs Reader::read_args() {
    AddArgs result;
    auto words = raw_words(statement_.rest, escape_);
    if (words.empty()) fail("ARG requires at least one argument");
    for (const auto& word : words) {
        auto equals = word.find('=');
        Arg arg{word.substr(0, equals), {}};
        if (arg.key.empty()) fail("ARG names can not be blank", word);
        if (equals != word.npos) arg.value = word.substr(equals + 1);
        result.args.push_back(std::move(arg));
    }
    return result;
}

/// "a=1 b=2", or the old form "a all the rest".
std::vector<KeyValue> Reader::read_pairs() {
    const auto& name = statement_.keyword;
    auto words = raw_words(statement_.rest, escape_);
    if (words.empty()) fail(fmt::format("{} requires at least one argument", name));
    if (words.front().find('=') == std::string::npos) {
        std::string_view rest = statement_.rest;
        auto end = rest.find_first_of(blanks_and_newline);
        if (end == rest.npos) fail(fmt::format("{} must have two arguments", name), statement_.rest);
        return {{std::string(rest.substr(0, end)), std::string(trim(rest.substr(end)))}};
    }
    std::vector<KeyValue> pairs;
    for (const auto& word : words) {
        auto equals = word.find('=');
        if (equals == word.npos)
            fail(fmt::format("Syntax error - can't find = in \"{}\". Must be of the form: name=value", word),
                 word);
        if (equals == 0) fail(fmt::format("{} names can not be blank", name), word);
        pairs.push_back({word.substr(0, equals), word.substr(equals + 1)});
    }
    return pairs;
}

Run Reader::read_run() {
    Run run;
    run.mounts = flags_.list("mount");
    for (const auto& mount : run.mounts)
        if (mount.find('$') == std::string::npos) {
            try {
                parse_mount(mount);
            } catch (const InvalidArgument& error) {
                fail(error.message(), mount);
            }
        }
    if (auto network = flags_.text("network"); !network.empty()) run.network = network;
    if (run.network != "default" && run.network != "none" && run.network != "host")
        fail(fmt::format("invalid network mode \"{}\"", run.network), run.network);
    if (auto security = flags_.text("security"); !security.empty()) run.security = security;
    if (run.security != "sandbox" && run.security != "insecure")
        fail(fmt::format("security \"{}\" is not valid", run.security), run.security);
    run.command = read_command(statement_.rest);
    if (run.command.args.empty()) fail("RUN requires at least one argument");
    run.heredocs = statement_.heredocs;
    return run;
}

/// Sources that are here-documents become files of that content, in their place's order.
void Reader::take_documents(Copy& copy, std::vector<std::string>& words) const {
    std::size_t taken = 0;
    std::erase_if(words, [&](const std::string& word) {
        if (taken == statement_.heredocs.size() || !heredoc_of(word, escape_)) return false;
        copy.documents.push_back(statement_.heredocs[taken++]);
        return true;
    });
}

Copy Reader::read_copy(bool add) {
    Copy copy;
    copy.add = add;
    copy.owner = flags_.text("chown");
    copy.mode = flags_.text("chmod");
    copy.link = flags_.boolean("link").value_or(false);
    copy.exclude = flags_.list("exclude");
    if (add) {
        copy.keep_git_dir = flags_.boolean("keep-git-dir").value_or(false);
        copy.checksum = flags_.text("checksum");
        copy.unpack = flags_.boolean("unpack");
    } else {
        copy.from = flags_.text("from");
        copy.parents = flags_.boolean("parents").value_or(false);
    }
    flags_.finish();
    auto listed = read_json(statement_.rest);
    auto words = listed ? *listed : blank_separated(statement_.rest);
    if (!listed && !statement_.heredocs.empty()) take_documents(copy, words);
    if (words.empty() || words.size() + copy.documents.size() < 2)
        fail(
            fmt::format("{} requires at least two arguments, but only one was provided. Destination could "
                        "not be determined",
                        statement_.keyword));
    copy.destination = words.back();
    words.pop_back();
    copy.sources = std::move(words);
    return copy;
}

Volume Reader::read_volume() {
    auto listed = read_json(statement_.rest);
    Volume volume{listed ? *listed : blank_separated(statement_.rest)};
    if (volume.paths.empty()) fail("VOLUME requires at least one argument");
    for (const auto& path : volume.paths)
        if (trim(path).empty()) fail("VOLUME specified can not be an empty string");
    return volume;
}

Expose Reader::read_expose() {
    Expose expose{blank_separated(statement_.rest)};
    if (expose.ports.empty()) fail("EXPOSE requires at least one argument");
    return expose;
}

Shell Reader::read_shell() {
    auto words = read_json(statement_.rest);
    if (!words) fail("SHELL requires the arguments to be in JSON form", statement_.rest);
    if (words->empty()) fail("SHELL requires at least one argument");
    return {std::move(*words)};
}

std::chrono::nanoseconds Reader::read_duration(std::string_view flag) {
    auto text = flags_.text(flag);
    if (text.empty()) return {};
    std::chrono::nanoseconds duration;
    try {
        duration = parse_duration(text);
    } catch (const InvalidArgument& error) {
        fail(error.message(), text);
    }
    if (duration.count() < 0 || (duration.count() > 0 && duration < std::chrono::milliseconds(1)))
        fail(fmt::format("Interval \"{}\" cannot be less than 1ms", flag), text);
    return duration;
}

Health Reader::read_health() {
    Health health;
    health.interval = read_duration("interval");
    health.timeout = read_duration("timeout");
    health.start_period = read_duration("start-period");
    health.start_interval = read_duration("start-interval");
    if (auto retries = flags_.text("retries"); !retries.empty()) {
        auto [end, error] = std::from_chars(retries.data(), retries.data() + retries.size(), health.retries);
        if (error != std::errc() || end != retries.data() + retries.size() || health.retries < 0)
            fail(fmt::format("--retries must be at least 0 (not {})", retries), retries);
    }
    std::string_view rest = statement_.rest;
    if (rest.empty()) fail("HEALTHCHECK requires at least one argument");
    auto end = std::min(rest.find_first_of(blanks_and_newline), rest.size());
    auto kind = upper(rest.substr(0, end));
    rest = trim(rest.substr(end));
    if (kind == "NONE") {
        if (!rest.empty()) fail("HEALTHCHECK NONE takes no arguments", std::string(rest));
        health.none = true;
    } else if (kind == "CMD") {
        health.command = read_command(rest);
        if (health.command.args.empty()) fail("Missing command after HEALTHCHECK CMD");
    } else {
        static constexpr std::array<std::string_view, 2> kinds{"CMD", "NONE"};
        fail(fmt::format("Unknown type \"{}\" in HEALTHCHECK (try CMD)", kind), kind, nearest(kind, kinds));
    }
    return health;
}

OnBuild Reader::read_on_build() {
    if (statement_.rest.empty()) fail("ONBUILD requires at least one argument");
    auto trigger = parse_statement(statement_.rest, escape_, statement_.lines);
    if (trigger.keyword == "ONBUILD") fail("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", "ONBUILD");
    if (trigger.keyword == "MAINTAINER" || trigger.keyword == "FROM")
        fail(fmt::format("{} isn't allowed as an ONBUILD trigger", trigger.keyword), trigger.keyword);
    // Here, so that who writes the base hears of a mistake, not who builds on it.
    parse_instruction(trigger, escape_);
    return {statement_.rest};
}

/// The whole rest is one argument.
std::string Reader::read_one(const char* name) {
    if (statement_.rest.empty()) fail(fmt::format("{} requires exactly one argument", name));
    return statement_.rest;
}

Instruction Reader::run() {
    Instruction result;
    result.written = statement_.written;
    result.lines = statement_.lines;
    result.comments = statement_.comments;
    const auto& name = statement_.keyword;
    if (name == "ARG")
        result.what = read_args();
    else if (name == "ENV")
        result.what = AddEnv{read_pairs()};
    else if (name == "LABEL")
        result.what = AddLabels{read_pairs()};
    else if (name == "RUN")
        result.what = read_run();
    else if (name == "COPY" || name == "ADD")
        result.what = read_copy(name == "ADD");
    else if (name == "WORKDIR")
        result.what = Workdir{read_one("WORKDIR")};
    else if (name == "USER")
        result.what = User{read_one("USER")};
    else if (name == "VOLUME")
        result.what = read_volume();
    else if (name == "EXPOSE")
        result.what = read_expose();
    else if (name == "CMD")
        result.what = Cmd{read_command(statement_.rest)};
    else if (name == "ENTRYPOINT")
        result.what = Entrypoint{read_command(statement_.rest)};
    else if (name == "SHELL")
        result.what = read_shell();
    else if (name == "STOPSIGNAL")
        result.what = StopSignal{read_one("STOPSIGNAL")};
    else if (name == "HEALTHCHECK")
        result.what = read_health();
    else if (name == "ONBUILD")
        result.what = read_on_build();
    else if (name == "MAINTAINER")
        result.what = Maintainer{read_one("MAINTAINER")};
    else
        fail(fmt::format("unknown instruction: {}", name), statement_.written.substr(0, name.size()),
             nearest(name, keywords));
    flags_.finish();
    return result;
}

bool is_stage_name(std::string_view name) {
    if (name.empty() || name[0] < 'a' || name[0] > 'z') return false;
    return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == name.npos;
}

Stage read_from(const Statement& statement) {
    Flags flags(statement);
    Stage stage;
    stage.platform = flags.text("platform");
    flags.finish();
    stage.written = statement.written;
    stage.comments = statement.comments;
    stage.lines = statement.lines;
    auto words = blank_separated(statement.rest);
    if (words.size() == 3 && upper(words[1]) == "AS") {
        stage.name = lower(words[2]);
        if (!is_stage_name(stage.name))
            throw DockerfileError(
                statement.lines,
                fmt::format(
                    "invalid name for build stage: \"{}\", name can't start with a number or contain symbols",
                    words[2]),
                words[2]);
    } else if (words.size() != 1) {
        throw DockerfileError(statement.lines, "FROM requires either one or three arguments");
    }
    stage.base = words[0];
    return stage;
}

}  // namespace

Instruction parse_instruction(const Statement& statement, char escape) {
    return Reader(statement, escape).run();
}

Dockerfile parse_dockerfile(std::string_view text) {
    auto file = parse(text);
    Dockerfile result;
    result.directives = file.directives;
    result.empty_continuations = std::move(file.empty_continuations);
    for (const auto& statement : file.statements) {
        if (statement.keyword == "FROM") {
            result.stages.push_back(read_from(statement));
            continue;
        }
        auto instruction = parse_instruction(statement, file.directives.escape);
        if (!result.stages.empty())
            result.stages.back().instructions.push_back(std::move(instruction));
        else if (statement.keyword == "ARG")
            result.global_args.push_back(std::move(instruction));
        else
            throw DockerfileError(statement.lines, "no build stage in current context", statement.keyword);
    }
    if (result.stages.empty()) throw DockerfileError({}, "no build stage in current context");
    return result;
}

std::string description_of(const std::vector<std::string>& comments, std::string_view name) {
    if (name.empty()) return "";
    for (const auto& line : comments)
        if (line.starts_with(name) && line.substr(name.size()).starts_with(' '))
            return line.substr(name.size() + 1);
    return "";
}

}  // namespace dhow::build::dockerfile
