// `dhow-runtime shim`: what dhowd starts for each container.

#include "base/error.hpp"
#include "programs/dhow-runtime/verbs.hpp"
#include "shim/server/serve.hpp"

namespace dhow::runtime_program {

static constexpr Option options_table[] = {
    {"control", "", true, "descriptor of the connection to dhowd"},
    {"lock", "", true, "descriptor of the run directory's lock"},
};
const std::span<const Option> shim_options = options_table;

int shim_verb(const Invocation& invocation) {
    // The id is for people who look at the list of processes; the daemon says it again in its first message.
    (void)invocation.only_id();
    auto control = invocation.options.find("control");
    if (!control) throw InvalidArgument("--control is needed: dhowd starts shims, people do not");
    auto lock = invocation.options.find("lock");
    return shim::serve(static_cast<int>(parse_number("control", *control)),
                       lock ? static_cast<int>(parse_number("lock", *lock)) : -1);
}

}  // namespace dhow::runtime_program
