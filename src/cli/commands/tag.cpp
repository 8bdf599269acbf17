#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "oci/reference.hpp"

namespace dhow::cli {

namespace {

int tag(Session& session, const Arguments& arguments) {
    std::string_view name = arguments[1];
    auto reference =
        with_context(fmt::format("Error parsing reference: \"{}\" is not a valid repository/tag", name),
                     [&] { return oci::Reference::parse(name).with_default_tag(); });
    if (reference.digest) throw Exit(1, "refusing to create a tag with a digest reference");
    auto target = client::Target("/images/" + client::escape_path(arguments[0]) + "/tag");
    session.client().post(target.add("repo", reference.familiar_name()).add("tag", reference.tag).take());
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
