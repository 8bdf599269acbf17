// Manifests, blobs and tags.

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "registry/client.hpp"
#include "registry/url.hpp"

namespace dhow::registry {

namespace {

constexpr std::size_t largest_manifest = 4 << 20;
constexpr std::size_t largest_list = 8 << 20;
constexpr std::size_t most_tags = 100'000;
constexpr int most_failures = 5;
constexpr int most_resumes = 100;

Scopes pull_scope(const std::string& path) { return {"repository:" + path + ":pull"}; }

std::string header_value(std::string_view text) {
    return std::string(text.substr(0, text.find_first_of("; \t")));
}

/// The media type that a document states of itself, or "".
std::string stated_type(const std::string& text) {
    auto document = json::parse(text);
    const auto* object = document.if_object();
    if (!object) throw InvalidArgument("a manifest is no JSON object");
    const auto* type = object->if_contains("mediaType");
    if (type && type->is_string()) return std::string(std::string_view(type->get_string()));
    if (object->contains("manifests")) return std::string(oci::media_type::index);
    if (object->contains("layers") || object->contains("config"))
        return std::string(oci::media_type::manifest);
    return "";
}

struct TagList {
    std::string name;
    std::optional<std::vector<std::string>> tags;
};

/// The next page that a Link header names (RFC 8288), or "".
std::string next_page(const Head& head) {
    for (auto link : head.all("link")) {
        auto begin = link.find('<');
        auto end = link.find('>', begin);
        if (begin == link.npos || end == link.npos || link.find("next", end) == link.npos) continue;
        return resolve_url(head.url, std::string(link.substr(begin + 1, end - begin - 1)));
    }
    return "";
}

}  // namespace

}  // namespace dhow::registry

template <>
struct dhow::json::Members<dhow::registry::TagList> {
    using T = dhow::registry::TagList;
    static constexpr auto list = std::tuple{member("name", &T::name), member("tags", &T::tags)};
};

namespace dhow::registry {

Document Client::manifest(const std::string& path, const std::string& reference) {
    Call call{.path = "v2/" + path + "/manifests/" + reference, .scopes = pull_scope(path)};
    for (auto type : {oci::media_type::manifest, oci::media_type::index, oci::media_type::docker_manifest,
                      oci::media_type::docker_index})
        call.headers.push_back("Accept: " + std::string(type));
    auto transfer = send(call);
    Document document;
    document.text = transfer->read_all(largest_manifest);
    const auto& head = transfer->head();
    auto said = oci::Digest::find(header_value(head.find("docker-content-digest")));
    if (auto wanted = oci::Digest::find(reference)) {
        if (!matches(document.text, *wanted))
            throw InvalidArgument("manifest verification failed for digest {}", wanted->text());
        document.digest = *wanted;
    } else {
        document.digest = digest_of(document.text);
        if (said && !matches(document.text, *said))
            throw InvalidArgument("manifest verification failed for digest {}", said->text());
    }
    // The header decides; where it says nothing the document does. That both agree, its reader checks.
    document.media_type = header_value(head.find("content-type"));
    auto stated = stated_type(document.text);
    bool known = oci::media_type::is_manifest(document.media_type) ||
                 oci::media_type::is_index(document.media_type) ||
                 document.media_type.find("manifest.v1+") != std::string::npos;
    if (!known) document.media_type = stated;
    if (known && !stated.empty() &&
        oci::media_type::is_index(stated) != oci::media_type::is_index(document.media_type))
        throw InvalidArgument("the registry calls {} of {} a \"{}\", it calls itself a \"{}\"", reference,
                              path, document.media_type, stated);
    return document;
}

std::string Client::small_blob(const std::string& path, const oci::Descriptor& descriptor,
                               std::int64_t limit) {
    if (descriptor.size > limit)
        throw InvalidArgument("{} has {} bytes; at most {} are taken", descriptor.digest.text(),
                              descriptor.size, limit);
    auto reader = blob(path, descriptor);
    std::string text;
    std::array<std::byte, 16384> piece;
    while (auto count = reader->read(piece)) text.append(reinterpret_cast<const char*>(piece.data()), count);
    return text;
}

std::vector<std::string> Client::tags(const std::string& path) {
    std::vector<std::string> all;
    Call call{.path = "v2/" + path + "/tags/list?n=1000", .scopes = pull_scope(path)};
    while (!call.path.empty() && all.size() < most_tags) {
        auto transfer = send(call);
        auto page = json::read<TagList>(transfer->read_all(largest_list));
        if (!page.tags || page.tags->empty()) break;
        all.insert(all.end(), page.tags->begin(), page.tags->end());
        call.path = next_page(transfer->head());
    }
    return all;
}

std::unique_ptr<BlobReader> Client::blob(const std::string& path, const oci::Descriptor& descriptor) {
    return std::unique_ptr<BlobReader>(new BlobReader(*this, path, descriptor));
}

BlobReader::BlobReader(Client& client, std::string path, oci::Descriptor descriptor)
    : client_(client),
      path_(std::move(path)),
      descriptor_(std::move(descriptor)),
      verifier_(descriptor_.digest) {}

void BlobReader::open() {
    Client::Call call{.path = "v2/" + path_ + "/blobs/" + descriptor_.digest.text(),
                      .scopes = pull_scope(path_)};
    if (position_ > 0) call.headers.push_back(fmt::format("Range: bytes={}-", position_));
    transfer_ = client_.send(call);
    const auto& head = transfer_->head();
    skip_ = 0;
    if (position_ == 0) return;
    if (head.status != 206)
        skip_ = position_;
    else if (!head.find("content-range").starts_with(fmt::format("bytes {}-", position_)))
        throw InvalidArgument("blob {}: asked for the rest from byte {}, the registry sends \"{}\"",
                              descriptor_.digest.text(), position_, head.find("content-range"));
}

void BlobReader::resume(const ConnectionFailed& failure) {
    transfer_.reset();
    if (++failures_ > most_failures || ++resumes_ > most_resumes) throw failure;
    client_.transport_.cancellation().sleep(std::chrono::milliseconds(100 << failures_));
}

std::size_t BlobReader::read(std::span<std::byte> buffer) {
    while (!done_) {
        try {
            if (!transfer_) open();
            auto count = transfer_->read(buffer);
            if (count == 0) {
                if (position_ < descriptor_.size)
                    throw InvalidArgument("blob {} has {} bytes; its manifest says {}",
                                          descriptor_.digest.text(), position_, descriptor_.size);
                transfer_.reset();
                done_ = true;
                break;
            }
            if (skip_ > 0) {
                auto again = std::min<std::int64_t>(skip_, static_cast<std::int64_t>(count));
                skip_ -= again;
                count -= static_cast<std::size_t>(again);
                std::copy_n(buffer.begin() + again, count, buffer.begin());
                if (count == 0) continue;
            }
            position_ += static_cast<std::int64_t>(count);
            if (position_ > descriptor_.size)
                throw InvalidArgument("blob {} is larger than the {} bytes its manifest says",
                                      descriptor_.digest.text(), descriptor_.size);
            verifier_.update(buffer.first(count));
            failures_ = 0;
            return count;
        } catch (const ConnectionFailed& failure) {
            resume(failure);
        }
    }
    if (!good_) good_ = verifier_.matches();
    if (!*good_)
        throw InvalidArgument("filesystem layer verification failed for digest {}",
                              descriptor_.digest.text());
    return 0;
}

}  // namespace dhow::registry
