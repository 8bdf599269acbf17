// inspect, and the inspect of each kind.

#include <array>

#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    document_format_option,
    flag("size", 's', "Show the sizes of files, when the object is a container"),
    choice("type", "Look for one kind of object alone", "container|image|network|volume"),
};
constexpr std::array container_options_{document_format_option, flag("size", 's', "Show the sizes of files")};
constexpr std::array format_options{document_format_option};
constexpr std::array image_options{
    document_format_option,
    text("platform", 0, "Inspect one platform's variant (os/arch[/variant])"),
};
constexpr std::array network_options{document_format_option,
                                     flag("verbose", 'v', "Show more of a cluster's network")};

struct Kind {
    std::string_view name;
    std::string (*target)(const std::string& name, const Arguments& arguments);
};

std::string container_target(const std::string& name, const Arguments& arguments) {
    return container_path(name, arguments.flag("size") ? "/json?size=1" : "/json");
}

constexpr std::array kinds{
    Kind{"container", container_target},
    Kind{"image", [](const std::string& name,
                     const Arguments&) { return "/images/" + client::escape_path(name) + "/json"; }},
    Kind{"network",
         [](const std::string& name, const Arguments&) { return "/networks/" + client::escape(name); }},
    Kind{"volume",
         [](const std::string& name, const Arguments&) { return "/volumes/" + client::escape(name); }},
};

bool is_absence(const Error& error) { return error.kind() == ErrorKind::not_found; }

/// The first kind that knows the name; a name that no kind knows is "No such object".
json::Value find_object(Session& session, const Arguments& arguments, const std::string& name) {
    auto wanted = arguments.text("type");
    for (const auto& kind : kinds) {
        if (!wanted.empty() && wanted != kind.name) continue;
        try {
            return session.client().get(kind.target(name, arguments));
        } catch (const client::DaemonError& error) {
            // An id may be no valid name of another kind: that too means "not this kind".
            if (!wanted.empty() || (!is_absence(error) && error.kind() != ErrorKind::invalid_argument)) throw;
        }
    }
    throw NotFound("Error: No such object: {}", name);
}

int inspect(Session& session, const Arguments& arguments) {
    auto wanted = arguments.text("type");
    bool known = wanted.empty();
    for (const auto& kind : kinds) known = known || kind.name == wanted;
    if (!known)
        throw Exit(
            1, fmt::format(
                   "unknown type: \"{}\": must be one of \"container\", \"image\", \"network\", \"volume\"",
                   wanted));
    check_inspect_format(arguments.text("format"));
    json::Array documents;
    std::vector<std::string> failures;
    for (const auto& name : arguments.positional()) {
        try {
            documents.push_back(find_object(session, arguments, name));
        } catch (const Error& error) {
            failures.push_back(message_of(error));
        }
    }
    return print_documents(session, documents, arguments.text("format"), failures);
}

int inspect_container(Session& session, const Arguments& arguments) {
    return inspect_each(session, arguments,
                        [&](const std::string& name) { return container_target(name, arguments); });
}

int inspect_image(Session& session, const Arguments& arguments) {
    return inspect_each(session, arguments, [&](const std::string& name) {
        client::Target target("/images/" + client::escape_path(name) + "/json");
        return target.add_if(arguments.has("platform"), "platform", arguments.text("platform")).take();
    });
}

int inspect_network(Session& session, const Arguments& arguments) {
    return inspect_each(session, arguments, [&](const std::string& name) {
        return client::Target("/networks/" + client::escape(name))
            .add_if(arguments.flag("verbose"), "verbose", "true")
            .take();
    });
}

int inspect_volume(Session& session, const Arguments& arguments) {
    return inspect_each(session, arguments,
                        [](const std::string& name) { return "/volumes/" + client::escape(name); });
}

}  // namespace

constinit const Command inspect_command{
    .name = "inspect",
    .usage = "[OPTIONS] NAME|ID [NAME|ID...]",
    .summary = "Return low-level information on objects",
    .options = options,
    .arity = {1, -1},
    .run = inspect,
    .completes = Completes::containers,
};

constinit const Command container_inspect_command{
    .name = "inspect",
    .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
    .summary = "Display detailed information on one or more containers",
    .options = container_options_,
    .arity = {1, -1},
    .run = inspect_container,
    .completes = Completes::containers,
};

constinit const Command image_inspect_command{
    .name = "inspect",
    .usage = "[OPTIONS] IMAGE [IMAGE...]",
    .summary = "Display detailed information on one or more images",
    .options = image_options,
    .arity = {1, -1},
    .run = inspect_image,
    .completes = Completes::images,
};

constinit const Command network_inspect_command{
    .name = "inspect",
    .usage = "[OPTIONS] NETWORK [NETWORK...]",
    .summary = "Display detailed information on one or more networks",
    .options = network_options,
    .arity = {1, -1},
    .run = inspect_network,
    .completes = Completes::networks,
};

constinit const Command volume_inspect_command{
    .name = "inspect",
    .usage = "[OPTIONS] VOLUME [VOLUME...]",
    .summary = "Display detailed information on one or more volumes",
    .options = format_options,
    .arity = {1, -1},
    .run = inspect_volume,
    .completes = Completes::volumes,
};

}  // namespace dhow::cli
