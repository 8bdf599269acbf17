#include "cli/commands/push.hpp"

#include <array>

#include <unistd.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/credentials/store.hpp"
#include "cli/format/progress.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    flag("all-tags", 'a', "Push all tags of an image to the repository"),
    text("platform", 0, "Push one platform's variant alone (os/arch[/variant])"),
    flag("quiet", 'q', "Do not show the progress"),
};

int push(Session& session, const Arguments& arguments) {
    auto name = oci::Reference::parse(arguments[0]);
    bool all = arguments.flag("all-tags"), quiet = arguments.flag("quiet");
    if (all && !name.tag.empty()) throw InvalidArgument("tag can't be used with --all-tags/-a");
    if (!all) {
        if (name.tag.empty() && !quiet) session.print("Using default tag: latest\n");
        name = name.with_default_tag();
    }
    session.flush();
    push_image(session, name, arguments.text("platform"), quiet ? -1 : STDOUT_FILENO);
    if (quiet) session.print("{}\n", name.full());
    return 0;
}

}  // namespace

void push_image(Session& session, const oci::Reference& name, std::string_view platform, int fd) {
    client::Target target("/images/" + client::escape_path(name.familiar_name()) + "/push");
    target.add_if(!name.tag.empty(), "tag", name.tag);
    target.add_if(!platform.empty(), "platform", platform);
    client::Request request{.method = "POST", .target = target.take()};
    request.headers.emplace_back("X-Registry-Auth", CredentialStore().header(registry_key(name.domain)));
    show_progress(client::JsonStream(session.client().call(request)), fd);
}

constinit const Command push_command{
    .name = "push",
    .usage = "[OPTIONS] NAME[:TAG]",
    .summary = "Upload an image to a registry",
    .options = options,
    .arity = {1, 1},
    .run = push,
    .completes = Completes::images,
    .aliases = "dhow image push, dhow push",
};

}  // namespace dhow::cli
