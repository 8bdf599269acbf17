// `dhow build`: the context goes to the daemon, its words or events come back as the build goes.

#include <array>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "base/units.hpp"
#include "cli/build/agents.hpp"
#include "cli/build/caches.hpp"
#include "cli/build/graph.hpp"
#include "cli/build/live_view.hpp"
#include "cli/build/outputs.hpp"
#include "cli/build/request.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/create/checks.hpp"
#include "cli/options/checks.hpp"
#include "cli/terminal/raw_mode.hpp"
#include "client/streams.hpp"
#include "oci/reference.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    list("add-host", 0, "Add a line to /etc/hosts of the containers that build (HOST:IP)"),
    text("cgroup-parent", 0, "The cgroup below which commands run"),
    value("cpu-period", 0, "int", "Period of the CPU limit, in microseconds", check_integer),
    value("cpu-quota", 0, "int", "CPU time a period, in microseconds", check_integer),
    value("cpu-shares", 'c', "int", "CPU shares (relative weight)", check_integer),
    text("cpuset-cpus", 0, "CPUs that may be used (0-3, 0,1)"),
    text("cpuset-mems", 0, "Memory nodes that may be used (0-3, 0,1)"),
    list("build-context", 0, "What a name in FROM and --from means (NAME=PATH|docker-image://IMAGE|URL)"),
    list("build-arg", 0, "Set a variable of ARG (NAME=VALUE, or NAME alone for that of the environment)"),
    list("cache-from", 0, "Use what another build exported (IMAGE, or type=registry|local,...)"),
    list("cache-to", 0, "Export what can be used again (type=inline|registry|local,...)"),
    completing(text("file", 'f', "The Dockerfile (default: PATH/Dockerfile)"), Completes::files),
    completing(text("graph", 0, "Draw the stages, their steps and times as a picture (FILE.svg)"),
               Completes::files),
    completing(text("iidfile", 0, "Write the image's ID to a file"), Completes::files),
    list("label", 0, "Set metadata of the image (NAME=VALUE)"),
    completing(text("metadata-file", 0, "Write what was built to a file, as JSON"), Completes::files),
    flag("load", 0, "Keep the image here, beside other outputs (as --output type=image)"),
    value("memory", 'm', "bytes", "Limit of memory", check_size),
    value("memory-swap", 0, "bytes", "Limit of memory and swap together; '-1' for no limit of swap",
          check_swap),
    text("network", 0, "What RUN is connected to", "default"),
    flag("no-cache", 0, "Use nothing again of earlier builds"),
    list("no-cache-filter", 0, "Use nothing again in these stages"),
    text("platform", 0, "Build for a platform (os/arch[/variant])"),
    choice("call", "Answer a question about the Dockerfile, and build nothing (METHOD[,format=json])",
           "build|check|outline|targets|subrequests.describe", "build"),
    flag("check", 0, "Look at the Dockerfile for likely mistakes, as --call check"),
    list("output", 'o', "What becomes of the image (type=image|docker|oci|tar|local,dest=PATH; FOLDER; -)"),
    choice("progress", "How to show the build", "auto|plain|tty|quiet", "auto"),
    flag("push", 0, "Push the image under its names (as --output type=registry)"),
    flag("pull", 0, "Ask the registry for a newer base image"),
    flag("rm", 0, "Remove the containers of steps that succeeded: always so"),
    flag("force-rm", 0, "Remove those of steps that failed, too: always so"),
    list("secret", 0, "Offer a secret to RUN --mount=type=secret (id=ID[,src=FILE|,env=NAME])"),
    flag("quiet", 'q', "Print the image's ID alone"),
    list("ssh", 0, "Offer an ssh agent to RUN --mount=type=ssh (default|ID[=SOCKET])"),
    value("shm-size", 0, "bytes", "Size of /dev/shm", check_size),
    list("tag", 't', "Name the image (NAME[:TAG])"),
    text("target", 0, "Build this stage and what it needs"),
    list("ulimit", 0, "Set a limit of resources (TYPE=SOFT[:HARD])", check_ulimit, "ulimit"),
};

/// All that the command line says beside the request itself.
struct Plan {
    std::vector<std::string> tags;
    std::vector<BuildOutput> outputs;
    CacheTargets caches;
    bool builds = true;  ///< rather than to ask of the Dockerfile
    bool quiet = false;
    bool draws = false;  ///< a live view on a terminal
    int words = STDOUT_FILENO;

    bool names_image() const {
        if (outputs.empty()) return true;
        for (const auto& output : outputs)
            if (output.type == BuildOutput::Type::image) return true;
        return false;
    }
};

Plan read_plan(const Arguments& arguments) {
    Plan plan;
    plan.outputs = read_outputs(arguments.list("output"));
    if (arguments.flag("load")) plan.outputs.emplace_back();
    if (arguments.flag("push")) plan.outputs.push_back({.push = true});
    plan.caches = read_cache_to(arguments.list("cache-to"));
    plan.tags = arguments.list("tag");
    for (const auto& output : plan.outputs)
        if (output.type == BuildOutput::Type::image)
            plan.tags.insert(plan.tags.end(), output.names.begin(), output.names.end());
    for (const auto& tag : plan.tags) oci::Reference::parse(tag);
    for (const auto& output : plan.outputs)
        if (output.push && plan.tags.empty()) throw InvalidArgument("tag is needed when pushing to registry");
    auto progress = arguments.text("progress");
    plan.quiet = arguments.flag("quiet") || progress == "quiet";
    // Standard output is the archive's, then.
    if (writes_output(plan.outputs)) plan.words = STDERR_FILENO;
    bool wanted = progress == "tty" || (progress == "auto" && is_terminal(plan.words));
    plan.builds = read_call(arguments).name.empty();
    plan.draws = wanted && !plan.quiet && plan.builds;
    return plan;
}

/// The words of a build as they come.
class PlainView {
  public:
    PlainView(Session& session, const Plan& plan) : session_(session), plan_(plan) {}

    void write(std::string words) {
        // The daemon's red is for terminals.
        if (!is_terminal(plan_.words)) {
            for (std::string_view code : {"\x1b[91m", "\x1b[0m"})
                for (auto at = words.find(code); at != words.npos; at = words.find(code))
                    words.erase(at, code.size());
        }
        if (plan_.words != STDOUT_FILENO) return client::write_all(plan_.words, words);
        session_.write(words);
        if (!plan_.quiet) session_.flush();
    }

  private:
    Session& session_;
    const Plan& plan_;
};

/// What came of a build.
struct Outcome {
    std::string image;    ///< its id
    std::string failure;  ///< "" when it succeeded
    int status = 1;       ///< of the client, when it failed
    BuildModel model;
};

Outcome follow(Session& session, client::JsonStream stream, const Plan& plan) {
    Outcome outcome;
    PlainView plain(session, plan);
    std::optional<LiveView> live;
    if (plan.draws) live.emplace(plan.words);
    while (auto message = stream.next()) {
        if (string_at(*message, "id") == "dhow.build") {
            auto apply = [&](BuildModel& model) {
                model.apply(*find(*message, "aux"), std::chrono::steady_clock::now());
            };
            if (live)
                live->change(apply);
            else
                apply(outcome.model);
            continue;
        }
        outcome.failure = string_at(*message, "errorDetail.message");
        if (!outcome.failure.empty()) {
            auto code = integer_at(*message, "errorDetail.code");
            outcome.status = code > 0 && code < 256 ? static_cast<int>(code) : 1;
            break;
        }
        if (auto built = string_at(*message, "aux.ID"); !built.empty()) outcome.image = built;
        auto words = string_at(*message, "stream");
        if (live && !words.empty()) live->finish();
        plain.write(std::move(words));
    }
    if (live) {
        live->finish();
        outcome.model = live->model();
    }
    session.flush();
    return outcome;
}

void write_text(const std::string& file, const std::string& text) {
    std::ofstream out(file);
    out << text;
    if (!out.flush()) throw InvalidArgument("cannot write {}", file);
}

/// As buildx writes it, of what is known here.
std::string metadata(const Plan& plan, const std::string& id) {
    json::Object object;
    object["containerimage.config.digest"] = id;
    if (!plan.tags.empty()) object["image.name"] = join(plan.tags, ",");
    return json::dump(std::move(object)) + "\n";
}

[[noreturn]] void fail(const Plan& plan, const Outcome& outcome) {
    // A plain view has just shown the output.
    auto picture = plan.draws ? draw_failure(outcome.model) : outcome.model.place();
    client::write_all(STDERR_FILENO, picture);
    throw Exit(outcome.status, outcome.failure);
}

void show_warnings(const Plan& plan, const BuildModel& model) {
    if (!plan.draws || model.warnings().empty()) return;
    std::string text = fmt::format("\n{} {}:\n", model.warnings().size(),
                                   model.warnings().size() == 1 ? "warning" : "warnings");
    for (const auto& warning : model.warnings()) text += " - " + warning + "\n";
    client::write_all(plan.words, text);
}

/// In docker's words.
void show_sending(const Plan& plan, const ContextFolder& folder, std::int64_t bytes) {
    if (plan.quiet || !plan.builds) return;
    auto what = folder.name.empty() ? "build context" : "context " + folder.name;
    client::write_all(
        plan.words, fmt::format("Sending {} to Daemon  {}\n", what, human_size(static_cast<double>(bytes))));
}

client::Connection send(Session& session, const Arguments& arguments, Input& input, const Plan& plan,
                        ContextLines& lines, const std::vector<Agent>& agents, const std::string& agent_key) {
    auto target = build_target(arguments, input, lines);
    if (plan.names_image())
        for (const auto& tag : plan.tags) target.add("t", tag);
    target.add_if(plan.quiet, "q", "1");
    target.add("view", plan.draws ? "steps" : "text");
    target.add_if(!plan.caches.at_daemon.empty(), "cacheto", json::dump(plan.caches.at_daemon));
    for (const auto& agent : agents) target.add("agent", agent.id);
    target.add_if(!agents.empty(), "agentkey", agent_key);
    client::Request request{.method = "POST", .target = target.take()};
    request.content_type = "application/x-tar";
    add_build_headers(request, arguments);
    return session.client().upload(
        std::move(request),
        [&](const std::function<void(std::string_view)>& write) { send_input(input, write); });
}

int build(Session& session, const Arguments& arguments) {
    auto plan = read_plan(arguments);
    auto input = read_input(arguments[0], std::string(arguments.text("file")));
    auto agents = read_agents(arguments.list("ssh"));
    std::optional<AgentForwarder> forwarder;
    if (!agents.empty()) forwarder.emplace(session.client(), agents);
    ContextLines lines(session.client(), [&](const ContextFolder& folder, std::int64_t bytes) {
        show_sending(plan, folder, bytes);
    });
    auto connection = send(session, arguments, input, plan, lines, agents, forwarder ? forwarder->key() : "");
    auto outcome = follow(session, client::JsonStream(std::move(connection)), plan);
    if (auto file = arguments.text("graph"); !file.empty())
        write_text(std::string(file), draw_graph(outcome.model, std::chrono::steady_clock::now()));
    if (!outcome.failure.empty()) fail(plan, outcome);
    show_warnings(plan, outcome.model);
    if (!plan.builds) return 0;
    for (const auto& output : plan.outputs)
        deliver(session, output, outcome.image, plan.tags, plan.quiet ? -1 : plan.words);
    for (const auto& folder : plan.caches.folders) receive_cache(session, folder, outcome.image);
    if (auto file = arguments.text("iidfile"); !file.empty()) write_text(std::string(file), outcome.image);
    if (auto file = arguments.text("metadata-file"); !file.empty())
        write_text(std::string(file), metadata(plan, outcome.image));
    return 0;
}

}  // namespace

constinit const Command build_command{
    .name = "build",
    .usage = "[OPTIONS] PATH | URL | -",
    .summary = "Build an image from a Dockerfile",
    .options = options,
    .arity = {1, 1},
    .run = build,
    .completes = Completes::files,
    .aliases = "dhow image build, dhow builder build, dhow build",
};

}  // namespace dhow::cli
