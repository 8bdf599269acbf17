#pragma once
// Which capabilities a container has: docker's default set, --cap-add, --cap-drop and --privileged.

#include <string>
#include <vector>

namespace dhow::bundle {

/// Full names ("CAP_CHOWN") of what the container's bounding set holds, only such as this kernel knows.
/// "ALL" in `add` starts from all; "ALL" in `drop` from none; names may lack "CAP_", in any case.
/// @throws InvalidArgument `invalid CapAdd: unknown capability: "CAP_FOO"`.
std::vector<std::string> resolve_capabilities(bool privileged, const std::vector<std::string>& add,
                                              const std::vector<std::string>& drop);

}  // namespace dhow::bundle
