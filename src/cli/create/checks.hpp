#pragma once
// What the values of a container's options must look like; see cli/options/checks.hpp.

#include <string_view>

namespace dhow::cli {

void check_address(std::string_view text);
void check_attach(std::string_view text);
void check_device_rule(std::string_view text);
void check_extra_host(std::string_view text);
void check_gpus(std::string_view text);
void check_ip(std::string_view text);
void check_link(std::string_view text);
void check_mount(std::string_view text);
void check_network(std::string_view text);
void check_sysctl(std::string_view text);
void check_throttle_bytes(std::string_view text);
void check_throttle_operations(std::string_view text);
void check_ulimit(std::string_view text);
void check_weight_device(std::string_view text);

}  // namespace dhow::cli
