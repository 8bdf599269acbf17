#pragma once
// Base64 (RFC 4648), as registries and their clients carry credentials.

#include <optional>
#include <string>
#include <string_view>

namespace dhow {

enum class Base64 {
    standard,  ///< section 4: '+' and '/', padded
    url,       ///< section 5: '-' and '_', padded
};

std::string base64_encode(std::string_view bytes, Base64 alphabet = Base64::standard);

/// Reads either alphabet, with or without padding, as clients send both. None when `text` is neither.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace dhow
