// `dhow image bootstrap`: base images without a registry.

#include <array>
#include <cstdlib>

#include <unistd.h>

#include "base/units.hpp"
#include "cli/bootstrap/busybox.hpp"
#include "cli/bootstrap/debian.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/copy/streams.hpp"
#include "cli/format/progress.hpp"
#include "cli/programs.hpp"
#include "oci/reference.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    list("change", 'c', "Apply a Dockerfile instruction to the image"),
    list("include", 0, "Install these packages too (debian; separated by commas)"),
    list("mirror", 0, "Take packages from here: a URL or a line of sources.list (debian)"),
    choice("variant", "How much is installed (debian)",
           "essential|apt|required|minbase|buildd|important|standard", "minbase"),
};

/// The 1st of January 1980: what no archive's format is too young for.
constexpr std::int64_t default_date = 315'532'800;

/// The one time of all that has none of its own; reproducible-builds.org's SOURCE_DATE_EPOCH.
std::int64_t source_date() {
    const char* text = std::getenv("SOURCE_DATE_EPOCH");
    auto time = text && *text ? parse_integer(text) : default_date;
    if (time <= 0) throw InvalidArgument("SOURCE_DATE_EPOCH must be a number of seconds after 1970");
    return time;
}

std::string need_program(const std::string& name, std::string_view package) {
    auto path = find_program(name);
    if (!path) throw NotFound("{} is not installed: it is in Debian's package {}", name, package);
    return *path;
}

void refuse_debian_options(const Arguments& arguments) {
    for (const auto* option : {"include", "mirror", "variant"})
        if (arguments.has(option)) throw InvalidArgument("--{} is for debian alone", option);
}

void write_busybox(const BodyOutput::Write& write) {
    auto path = need_program("busybox", "busybox-static");
    std::string listed;
    int status =
        run_program(path, {"busybox", "--list"}, {}, [&](std::string_view piece) { listed += piece; });
    if (status != 0) throw Exit(1, fmt::format("busybox --list ended with status {}", status));
    std::vector<std::string> applets;
    for (auto name : split(listed, '\n')) applets.emplace_back(name);
    BodyOutput output(write);
    write_busybox_root(path, applets, source_date(), output);
}

void write_debian(const std::string& suite, const Arguments& arguments, const BodyOutput::Write& write) {
    auto path = need_program("mmdebstrap", "mmdebstrap");
    DebianRequest request{suite, std::string(arguments.text("variant")), arguments.list("include"),
                          arguments.list("mirror")};
    auto date = fmt::format("SOURCE_DATE_EPOCH={}", source_date());
    int status = run_program(path, debian_command(request), {date}, write);
    if (status != 0) throw Exit(1, fmt::format("mmdebstrap ended with status {}", status));
}

bool is_suite(std::string_view text) {
    return !text.empty() && text[0] != '-' &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-./") == text.npos;
}

int bootstrap(Session& session, const Arguments& arguments) {
    const auto& source = arguments[0];
    bool debian = source.starts_with("debian:");
    auto suite = debian ? source.substr(7) : std::string();
    if ((!debian || !is_suite(suite)) && source != "busybox")
        throw InvalidArgument("\"{}\" is no base that can be made here: there are busybox and debian:SUITE",
                              source);
    if (!debian) refuse_debian_options(arguments);
    auto name = oci::Reference::parse(arguments.positional().size() > 1 ? arguments[1] : source);
    client::Target target("/images/create");
    target.add("fromSrc", "-").add("repo", name.familiar_name()).add_if(!name.tag.empty(), "tag", name.tag);
    target.add("message", "Made by dhow image bootstrap " + source);
    target.add("created", format_timestamp(Timestamp(std::chrono::seconds(source_date()))));
    target.add("changes", debian ? R"(CMD ["bash"])" : R"(CMD ["sh"])");
    if (!debian) target.add("changes", "ENV PATH=/bin");
    for (const auto& change : arguments.list("change")) target.add("changes", change);
    client::Request request{.method = "POST", .target = target.take(), .content_type = "application/x-tar"};
    auto connection = session.client().upload(std::move(request), [&](const BodyOutput::Write& write) {
        if (debian)
            write_debian(suite, arguments, write);
        else
            write_busybox(write);
    });
    show_progress(client::JsonStream(std::move(connection)), STDOUT_FILENO);
    return 0;
}

}  // namespace

extern const Command bootstrap_command;

constinit const Command bootstrap_command{
    .name = "bootstrap",
    .usage = "[OPTIONS] busybox|debian:SUITE [REPOSITORY[:TAG]]",
    .summary = "Make a base image of this host's packages or of Debian's, without a registry",
    .options = options,
    .arity = {1, 2},
    .run = bootstrap,
    .completes = Completes::words,
    .completion_words = "busybox|debian:bookworm|debian:trixie|debian:sid",
};

}  // namespace dhow::cli
