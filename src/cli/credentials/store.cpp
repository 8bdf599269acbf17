#include "cli/credentials/store.hpp"

#include <cstdlib>
#include <map>
#include <set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "cli/credentials/helper.hpp"
#include "cli/files.hpp"
#include "cli/format/text.hpp"
#include "client/connection.hpp"

namespace dhow::cli {

namespace {

std::filesystem::path config_file() {
    if (const char* folder = std::getenv("DOCKER_CONFIG"); folder && *folder)
        return std::filesystem::path(folder) / "config.json";
    const char* home = std::getenv("HOME");
    return std::filesystem::path(home && *home ? home : "/root") / ".docker" / "config.json";
}

/// "https://host:port/path" is "host:port".
std::string host_of(std::string_view key) {
    if (auto scheme = key.find("://"); scheme != key.npos) key.remove_prefix(scheme + 3);
    return std::string(key.substr(0, key.find('/')));
}

const json::Object* object_at(const json::Object& document, std::string_view name) {
    const auto* value = document.if_contains(name);
    return value ? value->if_object() : nullptr;
}

json::Object& make_object(json::Object& document, std::string_view name) {
    auto& value = document[name];
    if (!value.is_object()) value = json::Object();
    return value.get_object();
}

}  // namespace

std::string registry_key(std::string_view server) {
    auto host = host_of(server);
    if (host.empty() || host == "docker.io" || host == "index.docker.io" || host == "registry-1.docker.io")
        return std::string(docker_io_key);
    return host;
}

CredentialStore::CredentialStore() : file_(config_file()) {
    if (::access(file_.c_str(), F_OK) != 0) return;
    try {
        auto text = read_file(file_);
        if (text.find_first_not_of(" \t\r\n") == text.npos) return;
        auto value = json::parse(text);
        if (!value.is_object()) throw InvalidArgument("an object was expected");
        document_ = value.get_object();
    } catch (Error& error) {
        error.add_context("error parsing config file (" + file_.string() + ")");
        throw;
    }
}

std::string CredentialStore::helper_of(const std::string& key) const {
    json::Value document = document_;
    if (const auto* helpers = object_at(document_, "credHelpers"))
        if (const auto* one = helpers->if_contains(key); one && one->is_string())
            return std::string(std::string_view(one->get_string()));
    return string_at(document, "credsStore");
}

std::string CredentialStore::find_entry(const std::string& key) const {
    const auto* auths = object_at(document_, "auths");
    if (!auths) return "";
    if (auths->contains(key)) return key;
    // Older files have URLs as keys.
    for (const auto& [name, value] : *auths)
        if (registry_key(std::string_view(name)) == key) return std::string(std::string_view(name));
    return "";
}

wire::AuthConfig CredentialStore::get(const std::string& key) const {
    wire::AuthConfig config;
    config.server_address = key;
    if (auto helper = helper_of(key); !helper.empty()) return ask_helper(helper, key).value_or(config);
    auto entry = find_entry(key);
    if (entry.empty()) return config;
    config = json::from<wire::AuthConfig>(document_.at("auths").get_object().at(entry));
    config.server_address = key;
    if (auto pair = base64_decode(config.auth); pair && !config.auth.empty()) {
        auto colon = pair->find(':');
        if (colon == pair->npos) throw InvalidArgument("invalid auth configuration file");
        config.username = pair->substr(0, colon);
        config.password = pair->substr(colon + 1);
    }
    config.auth.clear();
    return config;
}

std::optional<std::filesystem::path> CredentialStore::put(const wire::AuthConfig& config) {
    const auto& key = config.server_address;
    auto& auths = make_object(document_, "auths");
    if (auto helper = helper_of(key); !helper.empty()) {
        tell_helper(helper, config);
        // An empty entry says that there is something in the helper.
        auths[key] = json::Object();
        save();
        return std::nullopt;
    }
    json::Object entry;
    if (!config.username.empty()) entry["auth"] = base64_encode(config.username + ":" + config.password);
    if (!config.identity_token.empty()) entry["identitytoken"] = config.identity_token;
    auths[key] = std::move(entry);
    save();
    return file_;
}

void CredentialStore::erase(const std::string& key) {
    if (auto helper = helper_of(key); !helper.empty()) erase_from_helper(helper, key);
    auto entry = find_entry(key);
    if (entry.empty()) return;
    document_["auths"].get_object().erase(entry);
    save();
}

std::string CredentialStore::header(const std::string& key) const {
    return base64_encode(json::write(get(key)), Base64::url);
}

std::string CredentialStore::all_header() const {
    std::set<std::string> keys;
    for (const char* where : {"auths", "credHelpers"})
        if (const auto* entries = object_at(document_, where))
            for (const auto& [name, value] : *entries) keys.insert(registry_key(std::string_view(name)));
    std::map<std::string, wire::AuthConfig> all;
    for (const auto& key : keys) all[key] = get(key);
    return base64_encode(json::write(all), Base64::url);
}

void CredentialStore::save() const {
    std::filesystem::create_directories(file_.parent_path());
    // A link is followed, so that it stays one.
    auto target = std::filesystem::exists(file_) ? std::filesystem::canonical(file_) : file_;
    auto temporary = target.string() + ".partial-" + std::to_string(::getpid());
    UniqueFd file(check(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), "create {}",
                        temporary));
    try {
        client::write_all(file.get(), json::dump_pretty(document_, 4));
        check(::rename(temporary.c_str(), target.c_str()), "rename {} to {}", temporary, target.string());
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}

}  // namespace dhow::cli
