#include "api/build/convert.hpp"

#include "api/registries/handlers.hpp"
#include "base/base64.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "wire/host_config.hpp"

namespace dhow::api::build {

namespace {

using Query = http::Query;

void refuse(const Query& query, const char* name, const char* why) {
    auto text = query.text(name);
    if (!text.empty() && text != "[]" && text != "null" && text != "{}" && text != "0" && text != "false")
        throw NotImplemented("{}", why);
}

void refuse_what_cannot_be(const Query& query) {
    if (query.text("version") == "2")
        throw NotImplemented("BuildKit is not available in this release of dhow: set DOCKER_BUILDKIT=0");
    if (!query.flag("rm", true))
        throw NotImplemented("keeping the containers of a build (--rm=false) is not available in dhow");
    refuse(query, "squash", "--squash is not available in dhow");
    refuse(query, "outputs", "--output is not available with the classic builder");
    refuse(query, "securityopt", "--security-opt is not available for builds in this release of dhow");
    if (auto isolation = query.text("isolation"); !isolation.empty() && isolation != "default")
        throw InvalidArgument("isolation {} is not available on linux", isolation);
}

template <typename Type>
Type read_json(const Query& query, const char* name) {
    auto text = query.text(name);
    if (text.empty() || text == "null") return {};
    return json::read<Type>(text);
}

/// dhow's own header, for `dhow build --secret`: contents in base64 by their id.
std::map<std::string, std::string> read_secrets(const http::Request& request) {
    auto header = request.header("X-Dhow-Build-Secrets");
    if (header.empty()) return {};
    auto text = base64_decode(header);
    if (!text) throw InvalidArgument("malformed X-Dhow-Build-Secrets");
    std::map<std::string, std::string> secrets;
    for (auto& [id, encoded] : json::read<std::map<std::string, std::string>>(*text)) {
        auto content = base64_decode(encoded);
        if (!content) throw InvalidArgument("malformed secret {}", id);
        secrets[id] = std::move(*content);
    }
    return secrets;
}

dhow::build::Network read_network(const engine::Networks& networks, const std::string& mode) {
    using Mode = dhow::build::Network::Mode;
    if (mode == "none") return {Mode::none, ""};
    if (mode == "host") return {Mode::host, ""};
    if (mode.starts_with("container:"))
        throw NotImplemented(
            "building in another container's network is not available in this release of dhow");
    if (!mode.empty() && mode != "default") return {Mode::bridge, networks.inspect(mode).id};
    auto bridge = default_bridge(networks);
    return bridge ? dhow::build::Network{Mode::bridge, bridge->id} : dhow::build::Network{Mode::none, ""};
}

std::int64_t number(const Query& query, const char* name) { return query.number(name).value_or(0); }

void read_resources(const Query& query, dhow::build::Request& request) {
    auto& resources = request.resources;
    resources.memory = number(query, "memory");
    resources.memory_swap = number(query, "memswap");
    resources.cpu_shares = number(query, "cpushares");
    resources.cpu_period = number(query, "cpuperiod");
    resources.cpu_quota = number(query, "cpuquota");
    resources.cpuset_cpus = query.text("cpusetcpus");
    resources.cpuset_mems = query.text("cpusetmems");
    if (auto size = number(query, "shmsize"); size > 0) request.shm_size = size;
    request.cgroup_parent = query.text("cgroupparent");
    for (const auto& limit : read_json<std::vector<wire::Ulimit>>(query, "ulimits"))
        request.rlimits.push_back({limit.name, limit.soft, limit.hard});
}

void read_caches(const Query& query, Wanted& wanted) {
    wanted.imports = dhow::build::read_cache_entries(query.text("cachefrom"));
    wanted.exports = dhow::build::read_cache_entries(query.text("cacheto"));
    for (const auto& entry : wanted.imports) entry.check_import();
    for (const auto& entry : wanted.exports) {
        entry.check_export();
        if (entry.type == "local")
            throw InvalidArgument(
                "cacheto: a folder is the client's: GET /build/cache gives what is to be in it");
    }
}

/// What docker's classic builder has no words for.
void read_own_options(const Query& query, Wanted& wanted) {
    for (const auto& stage : query.all("nocachefilter")) wanted.request.no_cache_stages.insert(stage);
    auto view = query.text("view");
    if (!view.empty() && view != "text" && view != "steps")
        throw InvalidArgument("view: text or steps, not {:?}", view);
    if (!view.empty()) wanted.view = view == "text" ? Wanted::View::text : Wanted::View::steps;
    wanted.bundled = query.flag("bundle");
    wanted.sent = query.text("context");
    if (!wanted.sent.empty() && !wanted.remote.empty())
        throw InvalidArgument("context and remote: a build stands on one of them");
    for (auto& [name, value] : read_json<std::map<std::string, std::string>>(query, "contexts"))
        wanted.contexts[lower(name)] = value;
    wanted.agents = query.all("agent");
    wanted.agent_key = query.text("agentkey");
    wanted.call = query.text("call");
    auto format = query.text("callformat");
    if (!format.empty() && format != "text" && format != "json")
        throw InvalidArgument("callformat: text or json, not {:?}", format);
    wanted.call_json = format == "json";
}

}  // namespace

std::optional<engine::Network> default_bridge(const engine::Networks& networks) {
    try {
        return networks.inspect("bridge");
    } catch (const NotFound&) {
        return std::nullopt;
    }
}

Wanted read_request(const engine::Networks& networks, const http::Request& http_request) {
    const auto& query = http_request.query;
    refuse_what_cannot_be(query);
    Wanted wanted;
    auto& request = wanted.request;
    if (auto name = query.text("dockerfile"); !name.empty()) request.dockerfile = name;
    request.target = query.text("target");
    request.arguments = read_json<std::map<std::string, std::optional<std::string>>>(query, "buildargs");
    request.labels = read_json<std::map<std::string, std::string>>(query, "labels");
    request.no_cache = query.flag("nocache");
    request.pull = query.flag("pull");
    request.credentials = registries::read_all_credentials(http_request);
    request.secrets = read_secrets(http_request);
    wanted.remote = query.text("remote");
    if (wanted.remote == "client-session")
        throw NotImplemented("remote=client-session is BuildKit's: send the context");
    request.network = read_network(networks, query.text("networkmode"));
    for (const auto& entry : query.all("extrahosts")) {
        if (entry.find(':') == entry.npos) throw InvalidArgument("bad format for add-host: \"{}\"", entry);
        request.extra_hosts.push_back(entry);
    }
    read_resources(query, request);
    if (auto platform = query.text("platform"); !platform.empty()) {
        request.platform = oci::Platform::parse(platform);
    }
    for (const auto& name : query.all("t")) {
        if (name.empty()) continue;
        auto reference = oci::Reference::parse(name);
        if (reference.digest) throw InvalidArgument("build tag cannot contain a digest");
        wanted.names.push_back({reference.familiar_name(), reference.with_default_tag().tag});
    }
    read_caches(query, wanted);
    read_own_options(query, wanted);
    wanted.quiet = query.flag("q");
    return wanted;
}

}  // namespace dhow::api::build
