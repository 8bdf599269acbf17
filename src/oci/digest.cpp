#include "oci/digest.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "oci/digest_json.hpp"

namespace dhow::oci {

namespace {

bool all_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

bool is_hex(std::string_view text) { return !text.empty() && text.size() <= 64 && all_hex(text); }

std::optional<Digest> Digest::find(std::string_view text) {
    auto colon = text.find(':');
    if (colon == text.npos) return std::nullopt;
    auto algorithm = text.substr(0, colon);
    auto hex = text.substr(colon + 1);
    std::size_t digits = algorithm == "sha256" ? 64 : algorithm == "sha512" ? 128 : 0;
    if (digits == 0 || hex.size() != digits || !all_hex(hex)) return std::nullopt;
    return Digest(std::string(text));
}

Digest Digest::parse(std::string_view text) {
    if (auto digest = find(text)) return *digest;
    auto colon = text.find(':');
    if (colon != text.npos) {
        auto algorithm = text.substr(0, colon);
        if (algorithm != "sha256" && algorithm != "sha512")
            throw InvalidArgument("unsupported digest algorithm: \"{}\"", text);
        if (all_hex(text.substr(colon + 1)))
            throw InvalidArgument("invalid checksum digest length: \"{}\"", text);
    }
    throw InvalidArgument("invalid checksum digest format: \"{}\"", text);
}

Digest Digest::sha256(std::string_view hex) { return parse("sha256:" + std::string(hex)); }

std::string_view Digest::algorithm() const { return std::string_view(text_).substr(0, text_.find(':')); }

std::string_view Digest::hex() const {
    return text_.empty() ? std::string_view{} : std::string_view(text_).substr(text_.find(':') + 1);
}

}  // namespace dhow::oci

namespace dhow::json {

oci::Digest Custom<oci::Digest>::from(const Value& value) {
    if (!value.is_string()) throw InvalidArgument("expected a digest");
    std::string_view text = value.get_string();
    return text.empty() ? oci::Digest{} : oci::Digest::parse(text);
}

Value Custom<oci::Digest>::to(const oci::Digest& digest) { return Value(digest.text()); }

}  // namespace dhow::json
