#pragma once
// The name of content by its hash: "sha256:<64 hexadecimal digits>" (OCI image spec, descriptor.md, Digests).

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace dhow::oci {

/// A digest that is well formed: there is no way to hold a bad one. Only an empty one (`!digest`) says
/// "none".
class Digest {
  public:
    Digest() = default;

    /// Reads "sha256:..." or "sha512:..." in lower case. @throws InvalidArgument with docker's words.
    static Digest parse(std::string_view text);
    /// The same, or none when `text` is no digest.
    static std::optional<Digest> find(std::string_view text);
    /// A sha256 digest of 64 lower-case hexadecimal digits. @throws InvalidArgument
    static Digest sha256(std::string_view hex);

    explicit operator bool() const noexcept { return !text_.empty(); }
    /// "sha256:ab12..."; "" when there is none.
    const std::string& text() const noexcept { return text_; }
    /// "sha256"
    std::string_view algorithm() const;
    /// The digits alone: safe as the name of a file.
    std::string_view hex() const;
    /// The first 12 digits, as docker shortens an id for people.
    std::string short_id() const { return std::string(hex().substr(0, 12)); }

    auto operator<=>(const Digest&) const = default;

  private:
    explicit Digest(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

/// True for 1 to 64 lower-case hexadecimal digits: what can stand for an id.
bool is_hex(std::string_view text);

}  // namespace dhow::oci
