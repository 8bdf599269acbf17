#pragma once
// Where a daemon listens, and how to reach it.

#include <string>
#include <string_view>

#include "base/unique_fd.hpp"

namespace dhow::client {

/// A daemon's address, as DOCKER_HOST and `-H` write it.
struct Endpoint {
    enum class Kind { unix_socket, tcp };
    Kind kind = Kind::unix_socket;
    std::string address;  ///< a path, or a host's name or address (without brackets)
    std::string port;     ///< of tcp
    std::string text;     ///< as it was written, with its scheme: for messages
};

inline constexpr std::string_view default_endpoint = "unix:///run/dhow.sock";

/// Reads "unix:///path", "tcp://host:port", "tcp://[::1]:port", "host:port".
/// @throws InvalidArgument that quotes `text`; it names the scheme when that is one dhow does not speak.
Endpoint parse_endpoint(std::string_view text);

/// Connects. The descriptor is blocking and close-on-exec.
/// @throws Unavailable("Cannot connect to the dhow daemon at ... "), with what the kernel said.
UniqueFd connect(const Endpoint& endpoint);

}  // namespace dhow::client
