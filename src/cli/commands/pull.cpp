#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/new_container.hpp"
#include "cli/commands/support.hpp"
#include "cli/create/reference.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    text("platform", 0, "Choose a platform of the image (os/arch[/variant])"),
    flag("quiet", 'q', "Do not show the progress"),
};

int pull(Session& session, const Arguments& arguments) {
    check_reference(arguments[0]);
    auto image = with_tag(arguments[0]);
    bool quiet = arguments.flag("quiet");
    bool says_tag = image == arguments[0] || image.find('@') != std::string::npos;
    if (!says_tag && !quiet) session.print("Using default tag: latest\n");
    pull_image(session, image, arguments.text("platform"), quiet, false);
    session.print("{}\n", image);
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
