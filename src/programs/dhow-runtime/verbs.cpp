#include "programs/dhow-runtime/verbs.hpp"

#include <array>

#include "base/error.hpp"

namespace dhow::runtime_program {

std::string Invocation::only_id() const {
    if (arguments.size() != 1) throw InvalidArgument("exactly one argument is needed: the container's id");
    return arguments.front();
}

std::span<const Verb> verbs() {
    static const std::array table{
        Verb{"create", "ID", "create a container that waits for its start", create_options, create_verb,
             true},
        Verb{"start", "ID", "start a created container", {}, start_verb},
        Verb{"run", "ID", "create and start a container, and wait for it", run_options, run_verb, true},
        Verb{"exec", "ID COMMAND [ARG...]", "run one more process in a container", exec_options, exec_verb,
             true},
        Verb{"state", "ID", "print the state of a container as JSON", {}, state_verb},
        Verb{"kill", "ID [SIGNAL]", "send a signal (TERM) to a container", kill_options, kill_verb},
        Verb{"delete", "ID", "remove a stopped container", delete_options, delete_verb},
        Verb{"list", "", "list containers", list_options, list_verb},
        Verb{"ps", "ID [PS-OPTION...]", "list the processes of a container", ps_options, ps_verb},
        Verb{"pause", "ID", "stop all processes of a container", {}, pause_verb},
        Verb{"resume", "ID", "let the processes of a paused container go on", {}, resume_verb},
        Verb{"update", "ID", "change the limits of a container", update_options, update_verb},
        Verb{"events", "ID", "print statistics and out-of-memory events as JSON", events_options,
             events_verb},
        Verb{"spec", "", "write an example config.json", spec_options, spec_verb},
        Verb{"shim", "ID", "supervise one container for dhowd", shim_options, shim_verb, true},
        Verb{"features", "", "print what this runtime can do as JSON", {}, features_verb},
    };
    return table;
}

}  // namespace dhow::runtime_program
