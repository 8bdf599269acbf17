#include "store/hash.hpp"

#include <array>
#include <new>

#include <openssl/evp.h>

namespace dhow::store {

namespace {

// Looked up once: EVP_sha256() alone makes OpenSSL search its providers at each use.
const EVP_MD* algorithm() {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return fetched;
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr) != 1) throw std::bad_alloc();
}

void Sha256::update(Bytes bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

oci::Digest Sha256::finish() {
    std::array<unsigned char, 32> raw;
    EVP_DigestFinal_ex(context_.get(), raw.data(), nullptr);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(64);
    for (unsigned char byte : raw) {
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
    }
    return oci::Digest::sha256(hex);
}

oci::Digest sha256(std::string_view text) {
    Sha256 hash;
    hash.update(as_bytes(text));
    return hash.finish();
}

}  // namespace dhow::store
