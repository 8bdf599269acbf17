#include "cli/commands/commands.hpp"
#include "cli/commands/new_container.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

int tag(Session& session, const Arguments& arguments) {
    std::string_view name = arguments[1];
    auto slash = name.rfind('/');
    auto colon = name.find(':', slash == std::string_view::npos ? 0 : slash);
    if (name.find('@') != std::string_view::npos)
        throw Exit(1, "refusing to create a tag with a digest reference");
    auto tag = colon == std::string_view::npos ? std::string_view("latest") : name.substr(colon + 1);
    auto target = client::Target("/images/" + client::escape_path(arguments[0]) + "/tag");
    session.client().post(target.add("repo", name.substr(0, colon)).add("tag", tag).take());
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
