#include "cli/build/request.hpp"

#include <cstdlib>

#include "base/base64.hpp"
#include "cli/build/fields.hpp"
#include "cli/build/limits.hpp"
#include "cli/credentials/store.hpp"
#include "cli/files.hpp"

namespace dhow::cli {

namespace {

/// NAME=VALUE pairs as a JSON object. A NAME alone takes the environment's value, or null.
json::Object pairs(const std::vector<std::string>& list, bool from_environment) {
    json::Object object;
    for (const auto& pair : list) {
        auto equals = pair.find('=');
        auto name = pair.substr(0, equals);
        if (equals != pair.npos) {
            object[name] = pair.substr(equals + 1);
        } else if (const char* value = from_environment ? std::getenv(name.c_str()) : nullptr) {
            object[name] = value;
        } else if (from_environment) {
            object[name] = nullptr;
        } else {
            object[name] = "";
        }
    }
    return object;
}

/// "id=token,src=file", "id=token,env=NAME"; without either, the variable or else the file of that name.
std::pair<std::string, std::string> read_secret(const std::string& text) {
    std::string id, file, variable;
    for (const auto& [key, value] : read_fields(text)) {
        if (key == "id")
            id = value;
        else if (key == "src" || key == "source")
            file = value;
        else if (key == "env")
            variable = value;
        else if (key != "type" || (value != "file" && value != "env"))
            throw InvalidArgument("unexpected key '{}' in '{}'", key, text);
    }
    if (id.empty()) throw InvalidArgument("secret missing \"id\"");
    if (file.empty() && variable.empty()) (std::getenv(id.c_str()) ? variable : file) = id;
    if (!file.empty()) return {id, read_file(file)};
    const char* value = std::getenv(variable.c_str());
    if (!value) throw InvalidArgument("secret {}: the environment has no {}", id, variable);
    return {id, value};
}

/// "oci-layout://PATH[:TAG][@DIGEST]": the folder goes along, the rest says which of its images is meant.
std::string read_layout(const std::string& value, Input& input) {
    constexpr std::string_view scheme = "oci-layout://";
    auto written = value.substr(scheme.size());
    auto end = std::min(written.find('@'), written.size());
    // A colon in front of a slash is part of the path.
    if (auto colon = written.rfind(':', end == 0 ? 0 : end - 1);
        colon != written.npos && written.substr(colon, end - colon).find('/') == written.npos)
        end = colon;
    SentFolder folder{fmt::format("folders/{}", input.folders.size()), written.substr(0, end)};
    auto result = fmt::format("{}{}{}", scheme, folder.name, written.substr(end));
    input.folders.push_back(std::move(folder));
    return result;
}

/// NAME=PATH is brought as the context is; what else there may be is the daemon's to get.
json::Object read_contexts(const Arguments& arguments, Input& input, ContextLines& lines) {
    json::Object contexts;
    for (const auto& text : arguments.list("build-context")) {
        auto equals = text.find('=');
        if (equals == text.npos || equals == 0 || equals + 1 == text.size())
            throw InvalidArgument("invalid context value: {}, expected key=value", text);
        auto name = text.substr(0, equals), value = text.substr(equals + 1);
        if (value.starts_with("target:"))
            throw NotImplemented("--build-context {} is not available in this release of dhow", text);
        if (value.starts_with("oci-layout://"))
            value = read_layout(value, input);
        else if (!value.starts_with("docker-image://") && !is_remote(value))
            value = "sent:" + lines.bring(read_named_folder(name, value));
        contexts[name] = value;
    }
    return contexts;
}

}  // namespace

Call read_call(const Arguments& arguments) {
    auto fields = read_fields(arguments.flag("check") ? "check" : arguments.text("call"));
    Call call;
    if (fields.front().first != "build") call.name = fields.front().first;
    fields.erase(fields.begin());
    for (const auto& [key, value] : fields) {
        if (key != "format") throw InvalidArgument("unexpected key '{}' in --call", key);
        call.format = value;
    }
    return call;
}

void add_build_headers(client::Request& request, const Arguments& arguments) {
    // Of every registry that a FROM may name, as docker sends them.
    request.headers.emplace_back("X-Registry-Config", CredentialStore().all_header());
    if (!arguments.has("secret")) return;
    json::Object secrets;
    for (const auto& text : arguments.list("secret")) {
        auto [id, content] = read_secret(text);
        secrets[id] = base64_encode(content);
    }
    auto header = base64_encode(json::dump(std::move(secrets)), Base64::url);
    constexpr std::size_t longest = 200 << 10;  // of a request's head
    if (header.size() > longest) throw InvalidArgument("the secrets are longer than 100 KiB");
    request.headers.emplace_back("X-Dhow-Build-Secrets", std::move(header));
}

client::Target build_target(const Arguments& arguments, Input& input, ContextLines& lines) {
    auto imports = read_cache_from(arguments.list("cache-from"), input);
    client::Target target("/build");
    target.add("dockerfile", input.dockerfile).add("version", "1");
    bool keeps_containers = arguments.has("rm") && !arguments.flag("rm");
    target.add("rm", keeps_containers ? "0" : "1");
    for (const auto& host : arguments.list("add-host")) target.add("extrahosts", host);
    if (arguments.has("build-arg"))
        target.add("buildargs", json::dump(pairs(arguments.list("build-arg"), true)));
    if (arguments.has("label")) target.add("labels", json::dump(pairs(arguments.list("label"), false)));
    target.add("networkmode", arguments.text("network"));
    target.add_if(arguments.flag("no-cache"), "nocache", "1").add_if(arguments.flag("pull"), "pull", "1");
    auto call = read_call(arguments);
    target.add_if(!call.name.empty(), "call", call.name)
        .add_if(!call.format.empty(), "callformat", call.format);
    target.add_if(arguments.has("platform"), "platform", arguments.text("platform"));
    for (const auto& stage : arguments.list("no-cache-filter")) target.add("nocachefilter", stage);
    target.add_if(arguments.has("target"), "target", arguments.text("target"));
    add_limits(target, arguments);
    if (input.folder) target.add("context", lines.bring(*input.folder));
    auto contexts = read_contexts(arguments, input, lines);
    target.add_if(!contexts.empty(), "contexts", json::dump(contexts));
    target.add_if(!imports.empty(), "cachefrom", json::dump(imports));
    target.add_if(!input.remote.empty(), "remote", input.remote);
    target.add_if(!input.folders.empty(), "bundle", "1");
    return target;
}

}  // namespace dhow::cli
