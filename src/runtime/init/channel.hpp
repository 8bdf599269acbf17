#pragma once
// The child's end of the protocol of failure.hpp.

#include "runtime/init/failure.hpp"

namespace dhow::runtime::init {

/// Sends a message, with a descriptor unless that is -1. False when the parent is gone.
bool send_message(int channel, const Message& message, int descriptor = -1) noexcept;

/// Waits for the parent to let us go on. False when it is gone.
bool wait_for_parent(int channel) noexcept;

}  // namespace dhow::runtime::init
