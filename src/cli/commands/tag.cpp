#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/create/reference.hpp"

namespace dhow::cli {

namespace {

int tag(Session& session, const Arguments& arguments) {
    std::string_view name = arguments[1];
    with_context(fmt::format("Error parsing reference: \"{}\" is not a valid repository/tag", name),
                 [&] { check_reference(name); });
    if (name.find('@') != std::string_view::npos)
        throw Exit(1, "refusing to create a tag with a digest reference");
    auto [repository, given] = split_tag(name);
    auto tag = given.empty() ? std::string_view("latest") : given;
    auto target = client::Target("/images/" + client::escape_path(arguments[0]) + "/tag");
    session.client().post(target.add("repo", repository).add("tag", tag).take());
    return 0;
}

}  // namespace

constinit const Command tag_command{
    .name = "tag",
    .usage = "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
    .summary = "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
    .options = {},
    .arity = {2, 2},
    .run = tag,
    .completes = Completes::images,
    .aliases = "dhow image tag, dhow tag",
};

}  // namespace dhow::cli
