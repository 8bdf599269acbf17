#pragma once
// Whether bytes are those that a digest names.

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "oci/digest.hpp"

struct evp_md_ctx_st;

namespace dhow::registry {

class Verifier {
  public:
    explicit Verifier(const oci::Digest& expected);
    void update(std::span<const std::byte> bytes);
    /// Whether all bytes so far are the digest's. To be called once.
    bool matches();

  private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    oci::Digest expected_;
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// The sha256 digest of a document.
oci::Digest digest_of(std::string_view text);

/// Whether `text` is what `digest`, of any algorithm, names.
bool matches(std::string_view text, const oci::Digest& digest);

}  // namespace dhow::registry
