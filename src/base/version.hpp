#pragma once
// What dhow calls itself.

#include <string_view>

namespace dhow {

/// The release of every program of this tree; answered as the engine's version.
inline constexpr std::string_view version = "0.1.0";

}  // namespace dhow
