#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/new_container.hpp"
#include "cli/commands/support.hpp"
#include "oci/reference.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    flag("all-tags", 'a', "Download all tagged images in the repository"),
    text("platform", 0, "Choose a platform of the image (os/arch[/variant])"),
    flag("quiet", 'q', "Do not show the progress"),
};

int pull(Session& session, const Arguments& arguments) {
    auto reference = oci::Reference::parse(arguments[0]);
    bool quiet = arguments.flag("quiet");
    bool says_tag = !reference.tag.empty() || reference.digest;
    if (arguments.flag("all-tags")) {
        if (says_tag) throw InvalidArgument("tag can't be used with --all-tags/-a");
    } else if (!says_tag) {
        if (!quiet) session.print("Using default tag: latest\n");
        reference = reference.with_default_tag();
    }
    pull_image(session, reference, arguments.text("platform"), quiet, false);
    session.print("{}\n", reference.full());
    return 0;
}

}  // namespace

constinit const Command pull_command{
    .name = "pull",
    .usage = "[OPTIONS] NAME[:TAG|@DIGEST]",
    .summary = "Download an image from a registry",
    .options = options,
    .arity = {1, 1},
    .run = pull,
    .aliases = "dhow image pull, dhow pull",
};

}  // namespace dhow::cli
