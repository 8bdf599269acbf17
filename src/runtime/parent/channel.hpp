#pragma once
// The parent's end of the protocol of init/failure.hpp.

#include <optional>

#include "base/unique_fd.hpp"
#include "runtime/init/failure.hpp"

namespace dhow::runtime::parent {

/// Both ends of a SOCK_SEQPACKET socket.
struct Channel {
    UniqueFd parent;
    UniqueFd child;
};

/// @throws SystemError
Channel make_channel();

struct Received {
    init::Message message;
    UniqueFd descriptor;
};

/// The next message; none when the other end is closed. Works on a FIFO too. @throws SystemError
std::optional<Received> receive(int channel);

/// Lets the child go on. False when it is gone.
bool let_go_on(int channel);

}  // namespace dhow::runtime::parent
