#pragma once
// Steps and their failures in words, as BuildKit has them.

#include <exception>
#include <string>

#include "build/dockerfile/instructions.hpp"
#include "build/dockerfile/words.hpp"

namespace dhow::build {

/// An instruction with the values of its variables, its keyword in capitals: "RUN make".
std::string step_text(const dockerfile::Instruction& step, char escape, const dockerfile::Lookup& lookup);

/// What went wrong: of a command that failed "process "..." did not complete successfully: exit code: 1".
std::string failure_text(const std::exception_ptr& failure);

/// Whether a stage failed only because the build was stopped: by another one's failure, or by the client.
bool is_echo_of_another(const std::exception_ptr& failure);

}  // namespace dhow::build
