#include "base/random.hpp"

#include <vector>

#include <sys/random.h>

#include "base/error.hpp"

namespace dhow {

std::string random_hex(std::size_t bytes) {
    std::vector<unsigned char> raw(bytes);
    std::size_t filled = 0;
    while (filled < bytes)
        filled +=
            static_cast<std::size_t>(check(::getrandom(raw.data() + filled, bytes - filled, 0), "getrandom"));
    std::string text;
    text.reserve(bytes * 2);
    for (unsigned char byte : raw) fmt::format_to(std::back_inserter(text), "{:02x}", byte);
    return text;
}

}  // namespace dhow
