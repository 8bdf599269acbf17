#include <array>

#include <unistd.h>

#include "cli/commands/archive.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/format/progress.hpp"
#include "oci/reference.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    list("change", 'c', "Apply a Dockerfile instruction to the image"),
    text("message", 'm', "Set the message of the image's history"),
    text("platform", 0, "Set the image's platform (os/arch[/variant])"),
};

int import(Session& session, const Arguments& arguments) {
    const auto& source = arguments[0];
    bool remote = source.starts_with("http://") || source.starts_with("https://");
    client::Target target("/images/create");
    target.add("fromSrc", remote ? source : "-");
    if (arguments.positional().size() > 1) {
        auto name = oci::Reference::parse(arguments[1]);
        target.add("repo", name.familiar_name()).add_if(!name.tag.empty(), "tag", name.tag);
    }
    target.add_if(arguments.has("message"), "message", arguments.text("message"));
    target.add_if(arguments.has("platform"), "platform", arguments.text("platform"));
    for (const auto& change : arguments.list("change")) target.add("changes", change);
    client::Request request{.method = "POST", .target = target.take()};
    auto connection =
        remote ? session.client().call(request) : send_archive(session, std::move(request), source);
    show_progress(client::JsonStream(std::move(connection)), STDOUT_FILENO);
    return 0;
}

}  // namespace

constinit const Command import_command{
    .name = "import",
    .usage = "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
    .summary = "Import the contents from a tarball to create a filesystem image",
    .options = options,
    .arity = {1, 2},
    .run = import,
    .completes = Completes::files,
    .aliases = "dhow image import, dhow import",
};

}  // namespace dhow::cli
