#include "oci/runtime_config.hpp"

#include "oci/runtime_config_json.hpp"

namespace dhow::oci {

RuntimeConfig read_runtime_config(std::string_view text) { return json::read<RuntimeConfig>(text); }
std::string write_runtime_config(const RuntimeConfig& config) { return json::write(config); }
Process read_process(std::string_view text) { return json::read<Process>(text); }
std::string write_process(const Process& process) { return json::write(process); }
Resources read_resources(std::string_view text) { return json::read<Resources>(text); }
std::string write_resources(const Resources& resources) { return json::write(resources); }

}  // namespace dhow::oci
