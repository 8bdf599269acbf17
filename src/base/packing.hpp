#pragma once
// Integers and texts as compact bytes: integers little-endian in their own width, texts with their length in
// front (32 bits).

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace dhow {

static_assert(std::endian::native == std::endian::little);

template <std::integral Integer>
void pack(std::string& out, Integer value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

inline void pack(std::string& out, std::string_view text) {
    pack(out, static_cast<std::uint32_t>(text.size()));
    out.append(text);
}

/// Takes apart what pack() made; the bytes must stay. What is too short throws InvalidArgument.
class Unpacker {
  public:
    explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

    bool at_end() const { return rest_.empty(); }
    std::string_view rest() const { return rest_; }

    template <std::integral Integer>
    Integer integer() {
        Integer value;
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }
    std::string_view text() { return take(integer<std::uint32_t>()); }

  private:
    std::string_view take(std::size_t size) {
        if (size > rest_.size()) throw InvalidArgument("packed bytes end too early");
        auto taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    std::string_view rest_;
};

}  // namespace dhow
