#include "support/false_registry.hpp"

#include <fmt/format.h>

#include "support/shell.hpp"

namespace dhow::test {

FalseRegistry::FalseRegistry(const Host& host) {
    host.inside(
        [this] { server_.emplace([this](const ScriptedRequest& request) { return answer(request); }); });
}

void FalseRegistry::asks_for_password() {
    std::lock_guard lock(mutex_);
    wants_password_ = true;
}

void FalseRegistry::limits_rate(int count, int seconds) {
    std::lock_guard lock(mutex_);
    limited_ = count;
    retry_after_ = seconds;
}

std::string FalseRegistry::put_blob(const std::string& content) {
    auto digest = "sha256:" + run(program({"sha256sum"}).feed(content)).out.substr(0, 64);
    blobs_[digest] = content;
    return digest;
}

void FalseRegistry::put_image(const std::string& member, const std::string& layer_type,
                              std::optional<std::string> config) {
    std::lock_guard lock(mutex_);
    std::string layer(1024, '\0');
    auto layer_digest = put_blob(layer);
    if (!config)
        config = fmt::format(
            R"({{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":["{}"]}}}})",
            layer_digest);
    manifest_type_ = "application/vnd.oci.image.manifest.v1+json";
    manifest_ = fmt::format(
        R"({{"schemaVersion":2,"mediaType":"{}","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{}","size":{}}},"layers":[{{"mediaType":"{}","digest":"{}","size":{}{}}}]}})",
        manifest_type_, put_blob(*config), config->size(), layer_type, layer_digest, layer.size(), member);
}

std::string FalseRegistry::manifest() const {
    std::lock_guard lock(mutex_);
    return manifest_;
}

void FalseRegistry::put_manifest(const std::string& text, const std::string& type) {
    std::lock_guard lock(mutex_);
    manifest_ = text;
    manifest_type_ = type;
}

std::string FalseRegistry::answer(const ScriptedRequest& request) {
    std::lock_guard lock(mutex_);
    if (wants_password_ && request.header("Authorization").empty())
        return ScriptedServer::answer(401, "", {"WWW-Authenticate: Basic realm=\"x\""});
    if (request.target == "/v2/") return ScriptedServer::answer(200, "{}");
    bool of_manifest = request.target.find("/manifests/") != std::string::npos;
    if (of_manifest && limited_ > 0) {
        --limited_;
        return ScriptedServer::answer(
            429,
            R"({"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]})",
            {fmt::format("Retry-After: {}", retry_after_)});
    }
    if (of_manifest) return ScriptedServer::answer(200, manifest_, {"Content-Type: " + manifest_type_});
    if (auto blob = blobs_.find(request.target.substr(request.target.rfind('/') + 1)); blob != blobs_.end())
        return ScriptedServer::answer(200, blob->second);
    return ScriptedServer::answer(404);
}

}  // namespace dhow::test
