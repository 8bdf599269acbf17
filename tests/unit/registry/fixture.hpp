#pragma once
// Clients of one registry, in the network namespace of a test.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/client.hpp"
#include "support/host.hpp"

namespace dhow::registry::testing {

/// One registry for one user, with one client.
struct Visitor {
    explicit Visitor(std::string domain, Options settings = {}, Credentials credentials = {},
                     Purpose purpose = Purpose::push)
        : options(std::move(settings)),
          session(options, std::move(domain), std::move(credentials), purpose) {}
    Options options;
    Session session;
    Cancellation cancellation;
    Client client{session, cancellation};
};

inline BlobSource blob_of(const std::string& content) {
    auto open = [content](std::int64_t offset) {
        auto at = static_cast<std::size_t>(offset);
        return [content, at](std::span<char> buffer) mutable {
            auto count = std::min(buffer.size(), content.size() - at);
            content.copy(buffer.data(), count, at);
            at += count;
            return count;
        };
    };
    return {digest_of(content), static_cast<std::int64_t>(content.size()), open};
}

inline oci::Descriptor descriptor_of(const std::string& content) {
    oci::Descriptor descriptor;
    descriptor.digest = digest_of(content);
    descriptor.size = static_cast<std::int64_t>(content.size());
    return descriptor;
}

inline std::string read_all(BlobReader& reader) {
    std::string text;
    std::array<std::byte, 5000> piece;
    while (auto count = reader.read(piece)) text.append(reinterpret_cast<const char*>(piece.data()), count);
    return text;
}

/// An image's manifest whose blobs `client` pushed to `path`.
inline Document push_image(Client& client, const std::string& path, const std::string& layer) {
    std::string config = R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}})";
    client.push_blob(path, blob_of(layer), {});
    client.push_blob(path, blob_of(config), {});
    Document document;
    document.media_type = oci::media_type::manifest;
    document.text = fmt::format(
        R"({{"schemaVersion":2,"mediaType":"{}","config":{{"mediaType":"{}","digest":"{}","size":{}}},"layers":[{{"mediaType":"{}","digest":"{}","size":{}}}]}})",
        document.media_type, oci::media_type::config, digest_of(config).text(), config.size(),
        oci::media_type::layer, digest_of(layer).text(), layer.size());
    document.digest = digest_of(document.text);
    return document;
}

/// The message of what `body` throws, or "".
template <typename Body>
std::string failure_of(Body&& body) {
    try {
        body();
    } catch (const Error& error) {
        return error.message();
    }
    return "";
}

}  // namespace dhow::registry::testing
