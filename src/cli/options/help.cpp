#include "cli/options/help.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/session.hpp"

namespace dhow::cli {

namespace {

/// Takes one line's worth off: at most `limit` characters, cut at a blank; the rest is left alone when it is
/// only a few characters longer.
std::string take_line(std::string_view& text, std::size_t limit) {
    constexpr std::size_t slack = 5;
    auto newline = text.find('\n');
    if (text.size() < limit + slack && newline == std::string_view::npos)
        return std::string(std::exchange(text, std::string_view()));
    auto cut =
        text.size() < limit + slack ? std::string_view::npos : text.substr(0, limit).find_last_of(" \t");
    if (newline != std::string_view::npos && (cut == std::string_view::npos || newline < cut)) cut = newline;
    if (cut == std::string_view::npos || cut == 0)
        return std::string(std::exchange(text, std::string_view()));
    std::string line(text.substr(0, cut));
    text.remove_prefix(cut + 1);
    return line;
}

std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
    constexpr std::size_t least = 24;
    std::string wrapped;
    if (width < indent + least) {
        indent = 16;
        wrapped = "\n" + std::string(indent, ' ');
    }
    auto limit = width > indent + least ? width - indent - 5 : least;
    wrapped += take_line(text, limit);
    while (!text.empty()) wrapped += "\n" + std::string(indent, ' ') + take_line(text, limit);
    return wrapped;
}

std::string description(const Option& option) {
    std::string text(option.help);
    bool is_default_worth_telling =
        !option.initial.empty() && option.initial != "0" && option.initial != "false";
    if (is_default_worth_telling)
        text += option.type == "string" ? fmt::format(" (default \"{}\")", option.initial)
                                        : fmt::format(" (default {})", option.initial);
    return text;
}

void add_list(std::string& text, std::span<const Command* const> commands) {
    std::size_t longest = 11;
    for (const auto* command : commands) longest = std::max(longest, command->name.size());
    for (const auto* command : commands)
        text += fmt::format("  {:<{}} {}\n", command->name, longest, command->summary);
}

std::string arguments_word(int count) { return fmt::format("{} argument{}", count, count == 1 ? "" : "s"); }

}  // namespace

std::string usage_line(const Path& path) {
    const auto& usage = path.command->usage;
    return fmt::format("Usage:  {}{}{}", path.full, usage.empty() ? "" : " ", usage);
}

std::string options_text(Options options, std::size_t width) {
    std::vector<const Option*> shown;
    for (const auto& option : options)
        if (!option.hidden) shown.push_back(&option);
    std::ranges::sort(shown, {}, &Option::name);
    std::vector<std::string> names;
    std::size_t longest = 0;
    for (const auto* option : shown) {
        auto name = option->letter ? fmt::format("  -{}, --{}", option->letter, option->name)
                                   : fmt::format("      --{}", option->name);
        if (!option->type.empty()) name.append(" ").append(option->type);
        longest = std::max(longest, name.size());
        names.push_back(std::move(name));
    }
    std::string text;
    for (std::size_t i = 0; i < shown.size(); ++i)
        text += fmt::format("{:<{}}   {}\n", names[i], longest,
                            wrap(description(*shown[i]), longest + 3, width - 1));
    return text;
}

std::string help_text(const Path& path, std::size_t width) {
    const auto& command = *path.command;
    auto text = fmt::format("{}\n\n{}\n", usage_line(path), command.summary);
    if (!command.aliases.empty()) text += fmt::format("\nAliases:\n  {}\n", command.aliases);
    if (!command.options.empty()) text += "\nOptions:\n" + options_text(command.options, width);
    if (command.members.empty()) return text;
    text += "\nCommands:\n";
    add_list(text, command.members);
    return text + fmt::format("\nRun '{} COMMAND --help' for more information on a command.\n", path.full);
}

std::string overview(std::size_t width) {
    std::string text = "Usage:  dhow [OPTIONS] COMMAND\n\nContainers, from images to processes\n";
    for (auto [chapter, heading] :
         {std::pair{Chapter::common, "Common Commands"},
          std::pair{Chapter::management, "Management Commands"}, std::pair{Chapter::others, "Commands"}}) {
        std::vector<const Command*> commands;
        for (const auto& entry : all_commands())
            if (entry.chapter == chapter) commands.push_back(entry.command);
        text += fmt::format("\n{}:\n", heading);
        add_list(text, commands);
    }
    text += "\nGlobal Options:\n" + options_text(global_options(), width);
    return text + "\nRun 'dhow COMMAND --help' for more information on a command.\n";
}

void check_arity(const Path& path, std::size_t count) {
    auto [least, most] = path.command->arity;
    auto given = static_cast<int>(count);
    std::string complaint;
    if (least == 0 && most == 0 && given > 0)
        complaint = "accepts no arguments";
    else if (least == most && given != least)
        complaint = "requires " + arguments_word(least);
    else if (given < least && most < 0)
        complaint = "requires at least " + arguments_word(least);
    else if (most >= 0 && given > most && least == 0)
        complaint = "requires at most " + arguments_word(most);
    else if (given < least || (most >= 0 && given > most))
        complaint = fmt::format("requires at least {} and at most {}", least, arguments_word(most));
    if (complaint.empty()) return;
    throw Exit(1, fmt::format("dhow: '{}' {}\n\n{}\n\nRun '{} --help' for more information", path.full,
                              complaint, usage_line(path), path.full));
}

std::size_t terminal_width() {
    winsize size{};
    if (::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

}  // namespace dhow::cli
