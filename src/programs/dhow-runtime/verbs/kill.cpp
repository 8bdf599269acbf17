#include <csignal>

#include <string.h>

#include "base/error.hpp"
#include "programs/dhow-runtime/verbs.hpp"
#include "runtime/container.hpp"

namespace dhow::runtime_program {

namespace {

constexpr Option kill_table[] = {{"all", "a", false, "to every process of the container"}};
constexpr Option delete_table[] = {{"force", "f", false, "kill the container first when it runs"}};

/// "9", "KILL" or "SIGKILL". @throws InvalidArgument
int parse_signal(std::string_view text) {
    if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos) {
        auto number = parse_number("signal", text);
        if (number >= 0 && number < NSIG) return static_cast<int>(number);
    }
    auto name = text.starts_with("SIG") ? text.substr(3) : text;
    for (int number = 1; number < NSIG; ++number) {
        const char* known = ::sigabbrev_np(number);
        if (known && name == known) return number;
    }
    throw InvalidArgument("unknown signal \"{}\"", text);
}

}  // namespace

const std::span<const Option> kill_options = kill_table;
const std::span<const Option> delete_options = delete_table;

int kill_verb(const Invocation& invocation) {
    if (invocation.arguments.empty() || invocation.arguments.size() > 2)
        throw InvalidArgument("kill takes a container's id and a signal");
    int signal = invocation.arguments.size() == 2 ? parse_signal(invocation.arguments[1]) : SIGTERM;
    runtime::kill(invocation.context.state_root, invocation.arguments[0], signal,
                  invocation.options.has("all"));
    return 0;
}

int delete_verb(const Invocation& invocation) {
    bool force = invocation.options.has("force");
    auto id = invocation.only_id();
    if (!force) runtime::state(invocation.context.state_root, id);
    runtime::remove(invocation.context.state_root, id, force);
    return 0;
}

int pause_verb(const Invocation& invocation) {
    runtime::pause(invocation.context.state_root, invocation.only_id());
    return 0;
}

int resume_verb(const Invocation& invocation) {
    runtime::resume(invocation.context.state_root, invocation.only_id());
    return 0;
}

}  // namespace dhow::runtime_program
