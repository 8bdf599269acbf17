// A command line, from its words to an exit status.

#include <cstdlib>

#include <fmt/format.h>

#include "base/version.hpp"
#include "cli/format/text.hpp"
#include "cli/options/arguments.hpp"
#include "cli/options/help.hpp"
#include "cli/session.hpp"

namespace dhow::cli {

const Command* find_command(std::span<const Command* const> members, std::string_view name) {
    for (const auto* command : members) {
        if (command->name == name) return command;
        for (auto other : split(command->more_names, ' '))
            if (!other.empty() && other == name) return command;
    }
    return nullptr;
}

const Command* find_top_level(std::string_view name) {
    for (const auto& entry : all_commands())
        if (find_command({&entry.command, 1}, name)) return entry.command;
    return nullptr;
}

namespace {

[[noreturn]] void unknown_command(const std::string& parent, std::string_view name, bool is_group) {
    throw Exit(
        1, fmt::format("dhow: unknown command: {} {}\n\n{}Run '{} --help' for more information", parent, name,
                       is_group ? fmt::format("Usage:  {} COMMAND\n\n", parent) : "", parent));
}

/// Walks from the first word down through the groups.
Path resolve(std::vector<std::string>& words) {
    Path path{"dhow " + words[0], find_top_level(words[0])};
    if (!path.command) unknown_command("dhow", words[0], false);
    words.erase(words.begin());
    while (!path.command->members.empty()) {
        bool asks_for_help = words.empty() || words[0] == "--help" || words[0] == "-h";
        if (asks_for_help) break;
        if (words[0].starts_with('-'))
            throw Exit(125, fmt::format("unknown {}: {}\n\n{}\n\nRun '{} --help' for more information",
                                        words[0].starts_with("--") ? "flag" : "shorthand flag", words[0],
                                        usage_line(path), path.full));
        const auto* member = find_command(path.command->members, words[0]);
        if (!member) unknown_command(path.full, words[0], true);
        path = {path.full + " " + words[0], member};
        words.erase(words.begin());
    }
    return path;
}

Arguments read_arguments(const Path& path, const std::vector<std::string>& words) {
    Arguments arguments(path.command->options);
    bool asks_for_help = words.size() == 1 && words[0] == "--help";
    if (path.command->takes_anything && !asks_for_help) {
        arguments.take(words);
        return arguments;
    }
    try {
        auto used = arguments.parse(words, path.command->options_first);
        if (used < words.size()) {
            std::vector<std::string> rest(words.begin() + static_cast<std::ptrdiff_t>(used), words.end());
            arguments.take(std::move(rest));
        }
    } catch (const UsageError& error) {
        throw Exit(125, fmt::format("{}\n\n{}\n\nRun '{} --help' for more information", error.message(),
                                    usage_line(path), path.full));
    }
    return arguments;
}

/// Failures that end a command before its container runs are "dhow: ..." with status 125 for run and create.
int report(Session& session, const Path& path, const Error& error) {
    if (!path.command || !path.command->errors_are_its_own) {
        session.error(message_of(error));
        return 1;
    }
    session.error(fmt::format("dhow: {}\n\nRun 'dhow {} --help' for more information", message_of(error),
                              path.command->name));
    return 125;
}

int run_command(Session& session, std::vector<std::string> words) {
    Path path;
    try {
        path = resolve(words);
        if (!path.command->members.empty()) {
            auto help = help_text(path, terminal_width());
            if (words.empty())
                session.error(std::string_view(help).substr(0, help.size() - 1));
            else
                session.write(help);
            return 0;
        }
        auto arguments = read_arguments(path, words);
        if (arguments.wants_help()) {
            session.write(help_text(path, terminal_width()));
            return 0;
        }
        check_arity(path, arguments.positional().size());
        return path.command->run(session, arguments);
    } catch (const Exit& exit) {
        if (!exit.message().empty()) session.error(exit.message());
        return exit.status();
    } catch (const Error& error) {
        return report(session, path, error);
    }
}

int show_help(Session& session, std::vector<std::string> words) {
    if (words.empty()) {
        session.write(overview(terminal_width()));
        return 0;
    }
    auto topic = words;
    try {
        auto path = resolve(words);
        session.write(help_text(path, terminal_width()));
        return 0;
    } catch (const Exit&) {
        session.error(fmt::format("unknown help topic: {}", join(topic, " ")));
        return 1;
    }
}

}  // namespace

int run(int count, char** words) {
    std::vector<std::string> all(words + (count > 0), words + count);
    Arguments globals(global_options());
    std::size_t used = 0;
    try {
        used = globals.parse(all, true);
    } catch (const UsageError& error) {
        Session session("");
        session.error(fmt::format(
            "{}\n\nUsage:  dhow [OPTIONS] COMMAND [ARG...]\n\nRun 'dhow --help' for more information",
            error.message()));
        return 125;
    }
    Session session(std::string(globals.text("host")));
    if (globals.wants_help()) return show_help(session, {});
    if (globals.flag("version")) {
        session.print("dhow version {}\n", version);
        return 0;
    }
    std::vector<std::string> rest(all.begin() + static_cast<std::ptrdiff_t>(used), all.end());
    if (rest.empty()) return show_help(session, {});
    if (rest[0] == "help") return show_help(session, {rest.begin() + 1, rest.end()});
    return run_command(session, std::move(rest));
}

}  // namespace dhow::cli
