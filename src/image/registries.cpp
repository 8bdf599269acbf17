// What is asked of registries without moving an image.

#include "image/registries.hpp"

#include "base/error.hpp"
#include "image/downloads.hpp"
#include "image/resolve_remote.hpp"
#include "oci/index.hpp"

namespace dhow::image {

Registries::Registries(store::Store& store, registry::Options options)
    : store_(store), options_(std::move(options)), downloads_(std::make_unique<Downloads>()) {}

Registries::~Registries() = default;

namespace {

/// A manifest alone does not say what it is for: its configuration does.
std::vector<oci::Platform> platforms_of(registry::Client& client, const std::string& path,
                                        const registry::Document& document) {
    std::vector<oci::Platform> platforms;
    if (oci::media_type::is_index(document.media_type)) {
        for (const auto& manifest : oci::Index::parse(document.text).manifests)
            if (manifest.platform) platforms.push_back(*manifest.platform);
    } else if (oci::media_type::is_manifest(document.media_type)) {
        auto manifest = oci::Manifest::parse(document.text);
        if (oci::media_type::is_config(manifest.config.media_type))
            platforms.push_back(oci::ImageConfig::parse(client.small_blob(path, manifest.config)).platform());
    }
    return platforms;
}

}  // namespace

DistributionInfo Registries::distribution(const oci::Reference& name, const Credentials& credentials,
                                          const Cancellation& cancellation) const {
    registry::Session session(options_, name.domain, credentials, registry::Purpose::pull);
    registry::Client client(session, cancellation);
    try {
        auto tagged = name.with_default_tag();
        auto document = client.manifest(name.path, tagged.digest ? tagged.digest->text() : tagged.tag);
        return {document.media_type, document.digest, static_cast<std::int64_t>(document.text.size()),
                platforms_of(client, name.path, document), document.text};
    } catch (const registry::Refused& refusal) {
        throw_pull_refusal(refusal, name.with_default_tag());
    }
}

std::vector<FoundImage> Registries::search(const std::string& term, std::size_t limit,
                                           const Credentials& credentials,
                                           const Cancellation& cancellation) const {
    // "localhost:5000/app" searches there; what has no host in front is docker.io's.
    std::string domain = "docker.io", rest = term;
    auto slash = term.find('/');
    if (auto host = term.substr(0, slash);
        slash != term.npos && (host.find_first_of(".:") != host.npos || host == "localhost")) {
        domain = host == "index.docker.io" ? "docker.io" : host;
        rest = term.substr(slash + 1);
    }
    registry::Session session(options_, domain, credentials, registry::Purpose::push);
    registry::Client client(session, cancellation);
    std::vector<FoundImage> found;
    for (auto& one : client.search(rest, limit))
        found.push_back({domain == "docker.io" ? one.name : domain + "/" + one.name, one.description,
                         one.star_count, one.is_official, one.is_automated});
    return found;
}

void Registries::log_in(const std::string& domain, const Credentials& credentials,
                        const Cancellation& cancellation) const {
    registry::Session session(options_, domain, credentials, registry::Purpose::push);
    registry::Client client(session, cancellation);
    try {
        client.ping();
    } catch (const registry::Refused& refusal) {
        if (refusal.status() == 401)
            throw Unauthorized("Get \"https://{}/v2/\": {}",
                               domain == "docker.io" ? "registry-1.docker.io" : domain, refusal.message());
        throw;
    }
}

}  // namespace dhow::image
