#pragma once
// SHA-256 of what passes by.

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "oci/digest.hpp"

struct evp_md_ctx_st;

namespace dhow::store {

using Bytes = std::span<const std::byte>;

inline Bytes as_bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

class Sha256 {
  public:
    Sha256();
    void update(Bytes bytes);
    /// The digest of all bytes so far. The object is spent then.
    oci::Digest finish();

  private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

oci::Digest sha256(std::string_view text);

}  // namespace dhow::store
