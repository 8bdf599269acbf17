#pragma once
// The table of verbs.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "programs/dhow-runtime/options.hpp"

namespace dhow::runtime_program {

/// What the global options say.
struct Context {
    std::filesystem::path state_root = "/run/dhow/runtime";
};

struct Invocation {
    const Context& context;
    const Options& options;
    std::span<const std::string> arguments;

    /// The argument of a verb that takes a container's id alone. @throws InvalidArgument
    std::string only_id() const;
};

struct Verb {
    std::string_view name;
    std::string_view arguments;  ///< as the help shows them
    std::string_view help;
    std::span<const Option> options;
    int (*run)(const Invocation&);  ///< gives the exit status
    /// It lives in or beside containers: it runs from a file that they cannot overwrite, and is not
    /// traceable.
    bool exposed = false;
};

std::span<const Verb> verbs();

// One a file in verbs/; each with the table of its options.
extern const std::span<const Option> create_options, run_options, exec_options, kill_options, delete_options,
    list_options, ps_options, update_options, events_options, spec_options, shim_options;
int create_verb(const Invocation& invocation);
int run_verb(const Invocation& invocation);
int start_verb(const Invocation& invocation);
int exec_verb(const Invocation& invocation);
int state_verb(const Invocation& invocation);
int kill_verb(const Invocation& invocation);
int delete_verb(const Invocation& invocation);
int list_verb(const Invocation& invocation);
int ps_verb(const Invocation& invocation);
int pause_verb(const Invocation& invocation);
int resume_verb(const Invocation& invocation);
int update_verb(const Invocation& invocation);
int events_verb(const Invocation& invocation);
int spec_verb(const Invocation& invocation);
int features_verb(const Invocation& invocation);
int shim_verb(const Invocation& invocation);

}  // namespace dhow::runtime_program
