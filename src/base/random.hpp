#pragma once
// Names that nobody can guess and nobody else has.

#include <string>

namespace dhow {

/// `bytes` random bytes of getrandom(2), as lower-case hexadecimal: 32 bytes make an object's 64-digit id.
std::string random_hex(std::size_t bytes);

}  // namespace dhow
