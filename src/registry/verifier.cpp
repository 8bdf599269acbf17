#include "registry/verifier.hpp"

#include <array>
#include <new>
#include <string>

#include <openssl/evp.h>

namespace dhow::registry {

namespace {

// Looked up once: EVP_sha256() alone makes OpenSSL search its providers at each use.
const EVP_MD* algorithm(bool sha512) {
    static const EVP_MD* const fetched[] = {EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                            EVP_MD_fetch(nullptr, "SHA512", nullptr)};
    return fetched[sha512 ? 1 : 0];
}

std::string finish(evp_md_ctx_st* context) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw;
    unsigned length = 0;
    EVP_DigestFinal_ex(context, raw.data(), &length);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (unsigned i = 0; i < length; ++i) {
        hex += digits[raw[i] >> 4];
        hex += digits[raw[i] & 15];
    }
    return hex;
}

}  // namespace

void Verifier::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Verifier::Verifier(const oci::Digest& expected) : expected_(expected), context_(EVP_MD_CTX_new()) {
    bool sha512 = expected_ && expected_.algorithm() == "sha512";
    if (!context_ || EVP_DigestInit_ex2(context_.get(), algorithm(sha512), nullptr) != 1)
        throw std::bad_alloc();
}

void Verifier::update(std::span<const std::byte> bytes) {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
}

bool Verifier::matches() { return finish(context_.get()) == expected_.hex(); }

oci::Digest digest_of(std::string_view text) {
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    if (!context || EVP_DigestInit_ex2(context.get(), algorithm(false), nullptr) != 1) throw std::bad_alloc();
    EVP_DigestUpdate(context.get(), text.data(), text.size());
    return oci::Digest::sha256(finish(context.get()));
}

bool matches(std::string_view text, const oci::Digest& digest) {
    Verifier verifier(digest);
    verifier.update(std::as_bytes(std::span(text.data(), text.size())));
    return verifier.matches();
}

}  // namespace dhow::registry
