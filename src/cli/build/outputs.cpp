#include "cli/build/outputs.hpp"

#include <algorithm>
#include <map>

#include <unistd.h>

#include "cli/build/fields.hpp"
#include "cli/commands/archive.hpp"
#include "cli/commands/push.hpp"
#include "cli/copy/streams.hpp"
#include "cli/terminal/raw_mode.hpp"

namespace dhow::cli {

namespace {

using Type = BuildOutput::Type;

Type type_of(const std::string& text) {
    static const std::map<std::string, Type> types{
        {"image", Type::image}, {"cacheonly", Type::cache_only}, {"docker", Type::docker}, {"oci", Type::oci},
        {"tar", Type::tar},     {"local", Type::local},          {"registry", Type::image}};
    auto found = types.find(text);
    if (found == types.end()) throw InvalidArgument("--output type={} is not known", text);
    return found->second;
}

BuildOutput read_output(const std::string& value) {
    BuildOutput output;
    if (value.find('=') == value.npos) {
        output.type = value == "-" ? Type::tar : Type::local;
        output.destination = value;
        return output;
    }
    auto fields = read_fields(value);
    std::string type;
    for (const auto& [key, text] : fields)
        if (key == "type") type = text;
    if (type.empty()) throw InvalidArgument("--output needs a type (type=local,dest=...)");
    output.type = type_of(type);
    output.push = type == "registry";
    for (const auto& [key, text] : fields) {
        bool is_name = key == "name" && output.type != Type::local && output.type != Type::tar;
        if (key == "type") continue;
        if (key == "dest")
            output.destination = text;
        else if (is_name)
            output.names.push_back(text);
        else if (key == "push" && output.type == Type::image && (text == "true" || text == "false"))
            output.push = text == "true";
        else
            throw NotImplemented("--output type={} with {} is not available in this release of dhow", type,
                                 key);
    }
    return output;
}

void check_destination(BuildOutput& output) {
    bool is_in_daemon = output.type == Type::image || output.type == Type::cache_only;
    auto& destination = output.destination;
    if (is_in_daemon && !destination.empty())
        throw InvalidArgument("--output with dest={}: an image goes into the daemon, not to a file",
                              destination);
    // As with buildx: a docker archive without a file is an image in the daemon.
    if (output.type == Type::docker && destination.empty()) output.type = Type::image;
    if (output.type == Type::local && (destination.empty() || destination == "-"))
        throw InvalidArgument("--output type=local needs a folder: dest=FOLDER");
    bool is_file = output.type == Type::docker || output.type == Type::oci || output.type == Type::tar;
    if (is_file && destination.empty()) destination = "-";
    if (is_file && destination == "-" && is_terminal(STDOUT_FILENO))
        throw InvalidArgument(
            "--output: an archive is not written to a terminal: give dest=FILE, or redirect");
}

}  // namespace

std::vector<BuildOutput> read_outputs(const std::vector<std::string>& values) {
    std::vector<BuildOutput> outputs;
    for (const auto& value : values) {
        outputs.push_back(read_output(value));
        check_destination(outputs.back());
    }
    if (std::ranges::count(outputs, "-", &BuildOutput::destination) > 1)
        throw InvalidArgument("--output: only one can be standard output");
    return outputs;
}

bool writes_output(const std::vector<BuildOutput>& outputs) {
    return std::ranges::count(outputs, "-", &BuildOutput::destination) > 0;
}

void deliver(Session& session, const BuildOutput& output, const std::string& image,
             const std::vector<std::string>& tags, int fd) {
    const auto& names = output.names.empty() ? tags : output.names;
    if (output.push)
        for (const auto& name : names)
            push_image(session, oci::Reference::parse(name).with_default_tag(), "", fd);
    if (output.type == Type::image || output.type == Type::cache_only) return;
    client::Target target("/build/output");
    target.add("image", image);
    bool is_files = output.type == Type::tar || output.type == Type::local;
    target.add("type", is_files ? "tar" : output.type == Type::docker ? "docker" : "oci");
    if (!is_files)
        for (const auto& name : names) target.add("name", name);
    auto connection = session.client().call({.method = "GET", .target = target.take()});
    if (output.type == Type::local) return extract_body(std::move(connection), output.destination);
    receive_archive(std::move(connection), output.destination == "-" ? "" : output.destination);
}

}  // namespace dhow::cli
