#pragma once
// A command: what `dhow NAME` takes and does.

#include <span>
#include <string_view>

#include "cli/options/option.hpp"

namespace dhow::cli {

class Session;
class Arguments;

/// How many arguments stand behind the options. The wording of a mismatch follows from it.
struct Arity {
    int least = 0;
    int most = -1;  ///< -1: any number
};

/// Runs the command; gives the exit status.
using Run = int (*)(Session& session, const Arguments& arguments);

/// One command. Tables of them are constant data: nothing is built at start-up.
struct Command {
    std::string_view name;
    std::string_view usage;    ///< what stands behind the name: "[OPTIONS] CONTAINER"
    std::string_view summary;  ///< one line for lists and the head of its help
    Options options;
    Arity arity;
    Run run = nullptr;
    Completes completes = Completes::nothing;  ///< its arguments
    std::string_view completion_words = {};    ///< what they may be, separated by '|'
    std::string_view aliases = {};             ///< full names, as help lists them; separated by ", "
    std::string_view more_names = {};          ///< other names in the same group, separated by ' '
    bool options_first =
        false;  ///< options end at the first argument (run, exec: what follows belongs to others)
    std::span<const Command* const> members = {};  ///< of a management command
    bool takes_anything = false;                   ///< no word is an option
    bool errors_are_its_own = false;               ///< "dhow: ..." and status 125, as run and create report
};

/// The parts of the help's list of commands at the top.
enum class Chapter { common, management, others, hidden };
struct Entry {
    Chapter chapter;
    const Command* command;
};

/// All top-level commands, in the order of help.
std::span<const Entry> all_commands();

/// The options in front of the command.
Options global_options();

/// The command of that name among `members`, by any of its names; or null.
const Command* find_command(std::span<const Command* const> members, std::string_view name);
const Command* find_top_level(std::string_view name);

}  // namespace dhow::cli
