#include <array>

#include "base/base64.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/credentials/store.hpp"
#include "oci/reference.hpp"

namespace dhow::cli {

extern const Command manifest_inspect_command;

namespace {

/// Indented by tabs, as docker prints manifests. Each line of `text` begins with a space a level.
std::string with_tabs(std::string text) {
    bool begins = true;
    for (char& c : text) {
        if (begins && c == ' ') c = '\t';
        begins = c == '\n' || (begins && c == '\t');
    }
    return text;
}

constexpr std::array options{
    flag("verbose", 'v', "Show names, descriptors and platforms too, of each manifest of an index"),
};

/// What a registry says of a name: `part` is "manifest" for the document itself, "json" for what it is.
std::string ask(Session& session, const oci::Reference& name, std::string_view part) {
    client::Request request{
        .method = "GET",
        .target = "/distribution/" + client::escape_path(name.full()) + "/" + std::string(part)};
    request.headers.emplace_back("X-Registry-Auth", CredentialStore().header(registry_key(name.domain)));
    return session.client().call(request).read_all();
}

/// One manifest as docker has it: its name, its descriptor, its bytes and what they say.
json::Object described(const std::string& reference, json::Object descriptor, const std::string& text) {
    bool of_docker = descriptor["mediaType"] == "application/vnd.docker.distribution.manifest.v2+json";
    return {{"Ref", reference},
            {"Descriptor", std::move(descriptor)},
            {"Raw", base64_encode(text)},
            {of_docker ? "SchemaV2Manifest" : "OCIManifest", json::parse(text)}};
}

json::Value describe_index(Session& session, const oci::Reference& name, const json::Array& manifests) {
    json::Array all;
    for (const auto& entry : manifests) {
        const auto& from = entry.as_object();
        json::Object descriptor;
        for (const auto* member : {"mediaType", "digest", "size", "platform"})
            if (const auto* value = from.if_contains(member)) descriptor[member] = *value;
        auto digest = oci::Digest::parse(std::string(descriptor.at("digest").as_string()));
        auto text = ask(session, {name.domain, name.path, "", digest}, "manifest");
        all.push_back(described(name.full() + "@" + digest.text(), std::move(descriptor), text));
    }
    return all;
}

json::Value describe(Session& session, const oci::Reference& name) {
    auto text = ask(session, name, "manifest");
    auto document = json::parse(text);
    if (const auto* manifests = document.as_object().if_contains("manifests"))
        return describe_index(session, name, manifests->as_array());
    auto info = json::parse(ask(session, name, "json")).as_object();
    auto descriptor = info.at("Descriptor").as_object();
    if (const auto& platforms = info.at("Platforms"); platforms.is_array() && !platforms.as_array().empty())
        descriptor["platform"] = platforms.as_array().front();
    return described(name.full(), std::move(descriptor), text);
}

int inspect(Session& session, const Arguments& arguments) {
    const auto& name = arguments[0];
    auto reference = oci::Reference::parse(name).with_default_tag();
    auto document = arguments.flag("verbose") ? describe(session, reference)
                                              : json::parse(ask(session, reference, "manifest"));
    session.print("{}\n", with_tabs(json::dump_pretty(document, 1)));
    return 0;
}

}  // namespace

constinit const Command manifest_inspect_command{
    .name = "inspect",
    .usage = "[OPTIONS] MANIFEST",
    .summary = "Show a manifest or index as its registry has it",
    .options = options,
    .arity = {1, 1},
    .run = inspect,
};

}  // namespace dhow::cli
