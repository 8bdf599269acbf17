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

int inspect(Session& session, const Arguments& arguments) {
    const auto& name = arguments[0];
    auto domain = oci::Reference::parse(name).domain;
    client::Request request{.method = "GET",
                            .target = "/distribution/" + client::escape_path(name) + "/manifest"};
    request.headers.emplace_back("X-Registry-Auth", CredentialStore().header(registry_key(domain)));
    session.print("{}\n", with_tabs(json::dump_pretty(session.client().json(request), 1)));
    return 0;
}

}  // namespace

constinit const Command manifest_inspect_command{
    .name = "inspect",
    .usage = "MANIFEST",
    .summary = "Show a manifest or index as its registry has it",
    .options = {},
    .arity = {1, 1},
    .run = inspect,
};

}  // namespace dhow::cli
