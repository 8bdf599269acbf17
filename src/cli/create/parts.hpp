#pragma once
// The values of a container's options as the API's documents. Pure, but for the files that a value names.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "wire/container_create.hpp"

namespace dhow::cli {

/// A comma-separated record with quotes (RFC 4180, one line): --mount, --network.
/// @throws InvalidArgument.
std::vector<std::string> csv_fields(std::string_view line);

/// The absolute form of a path that begins with '.'; others as they are.
std::string absolute(std::string_view path);

/// --mount. @throws InvalidArgument.
wire::Mount parse_mount(std::string_view text);

/// -v: what a bind says, and the volumes that have a target alone.
struct Volumes {
    std::vector<std::string> binds;
    std::vector<std::string> anonymous;
};
Volumes parse_volumes(const std::vector<std::string>& values);

/// -p and --expose.
struct Ports {
    wire::KeySet exposed;
    wire::PortMap bindings;
};
Ports parse_ports(const std::vector<std::string>& published, const std::vector<std::string>& exposed);

/// One --network: a name, or name=...,alias=...
struct NetworkAttachment {
    std::string target;
    wire::EndpointSettings settings;
};
NetworkAttachment parse_network(std::string_view text);

/// --env and --label with their files; a variable without '=' takes its value from this environment, and is
/// left out when it has none there.
std::vector<std::string> read_environment(const std::vector<std::string>& files,
                                          const std::vector<std::string>& values);
std::map<std::string, std::string> read_labels(const std::vector<std::string>& files,
                                               const std::vector<std::string>& values);

/// "key=value" to its parts; without '=' the value is empty.
std::map<std::string, std::string> to_map(const std::vector<std::string>& pairs);

wire::Ulimit parse_ulimit(std::string_view text);
/// One a name, in the order of names; the last one given counts.
std::vector<wire::Ulimit> parse_ulimits(const std::vector<std::string>& values);
wire::WeightDevice parse_weight_device(std::string_view text);
wire::ThrottleDevice parse_throttle(std::string_view text, bool bytes);
wire::DeviceMapping parse_device(std::string_view text);
wire::RestartPolicy parse_restart(std::string_view text);

/// --cap-add and --cap-drop, as CAP_... or ALL, in order.
void apply_capabilities(const std::vector<std::string>& add, const std::vector<std::string>& drop,
                        wire::HostConfig& host);

/// --security-opt: seccomp=FILE becomes the file's content.
void apply_security(std::vector<std::string> values, wire::HostConfig& host);

}  // namespace dhow::cli
