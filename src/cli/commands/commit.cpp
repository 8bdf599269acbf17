#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "oci/reference.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    text("author", 'a', "Name who made the image (e.g., \"Ada Lovelace <ada@example.com>\")"),
    list("change", 'c', "Apply a Dockerfile instruction to the image"),
    text("message", 'm', "Set the message of the image's history"),
    flag_on("pause", 'p', "Pause the container meanwhile"),
};

int commit(Session& session, const Arguments& arguments) {
    client::Target target("/commit");
    target.add("container", arguments[0]);
    if (arguments.positional().size() > 1) {
        auto name = oci::Reference::parse(arguments[1]);
        target.add("repo", name.familiar_name()).add_if(!name.tag.empty(), "tag", name.tag);
    }
    target.add_if(arguments.has("author"), "author", arguments.text("author"));
    target.add_if(arguments.has("message"), "comment", arguments.text("message"));
    for (const auto& change : arguments.list("change")) target.add("changes", change);
    target.add_if(!arguments.flag("pause"), "pause", "0");
    auto answer = session.client().post(target.take());
    session.print("{}\n", string_at(answer, "Id"));
    return 0;
}

}  // namespace

constinit const Command commit_command{
    .name = "commit",
    .usage = "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
    .summary = "Create a new image from a container's changes",
    .options = options,
    .arity = {1, 2},
    .run = commit,
    .completes = Completes::containers,
    .aliases = "dhow container commit, dhow commit",
};

}  // namespace dhow::cli
