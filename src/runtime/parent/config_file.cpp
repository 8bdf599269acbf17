#include "runtime/parent/config_file.hpp"

#include "base/error.hpp"
#include "linux/proc.hpp"

namespace dhow::runtime::parent {

oci::RuntimeConfig read_config(const std::filesystem::path& bundle) {
    auto path = bundle / "config.json";
    auto text = linux::read_small_file(path);
    if (!text) throw InvalidArgument("JSON specification file {} not found", path.native());
    return with_context(path.native(), [&] { return oci::read_runtime_config(*text); });
}

}  // namespace dhow::runtime::parent
