#pragma once
// A failure of the child, as an exception of the parent.

#include "runtime/init/failure.hpp"

namespace dhow::runtime::parent {

/// @throws Error with the kind and the words that docker's users know.
[[noreturn]] void throw_failure(const init::Message& failure);

}  // namespace dhow::runtime::parent
