// RUN: its command in a container over the layers so far.

#include "build/run.hpp"

#include <array>

#include "base/random.hpp"
#include "build/configure.hpp"
#include "build/ops/exec.hpp"

namespace dhow::build {

namespace {

// Set for every RUN without an ARG, and kept out of history.
constexpr std::array<std::string_view, 10> proxies{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy",
                                                   "FTP_PROXY",  "ftp_proxy",  "NO_PROXY",    "no_proxy",
                                                   "ALL_PROXY",  "all_proxy"};

/// A here-document that names its interpreter is run by that, as a file.
bool is_program(const dockerfile::Heredoc& document) { return document.text().starts_with("#!"); }

std::string program_path(const dockerfile::Heredoc& document) {
    bool is_name =
        document.name.find('/') == document.name.npos && document.name != "." && document.name != "..";
    return "/dev/pipes/" + (is_name ? document.name : "script");
}

/// Whether the whole command is one here-document.
bool is_one_document(const dockerfile::Run& run) {
    if (run.command.exec_form || run.heredocs.size() != 1) return false;
    const auto& text = run.command.args.front();
    return text.starts_with("<<") && text.find(' ') == text.npos;
}

/// The command of a RUN whose whole text is a here-document, or that has some.
std::vector<std::string> run_command(const dockerfile::Run& run, const oci::ContainerConfig& config) {
    if (run.heredocs.empty() || run.command.exec_form) return command_of(run.command, config);
    auto command = run.command;
    auto& text = command.args.front();
    bool is_script = is_one_document(run);
    if (is_script && is_program(run.heredocs.front())) {
        text = program_path(run.heredocs.front());
    } else if (is_script) {
        text = run.heredocs.front().text();
    } else {
        for (const auto& document : run.heredocs) text += "\n" + document.content + document.name;
    }
    return command_of(command, config);
}

}  // namespace

Task<void> StageRun::run_step(const dockerfile::Run& run) {
    if (run.security == "insecure")
        throw Forbidden(
            "security.insecure is not allowed: the daemon grants no build more rights than a container has");
    const auto& config = state.config.config;
    ExecRequest request;
    request.args = run_command(run, config);
    request.env = config.env;
    request.cwd = config.working_dir;
    request.user = config.user;
    request.network = build.request.network;
    if (run.network == "none") request.network = {Network::Mode::none, ""};
    if (run.network == "host") request.network = {Network::Mode::host, ""};
    auto command = fmt::format("{}", fmt::join(request.args, " "));
    auto arguments = run_arguments();
    std::string prefix;
    for (const auto& [name, value] : arguments) {
        prefix += fmt::format("{}={} ", name, value);
        request.env.push_back(name + "=" + value);
    }
    auto created_by = prefix.empty() ? command : fmt::format("|{} {}{}", arguments.size(), prefix, command);
    for (auto name : proxies) {
        auto given = build.request.arguments.find(std::string(name));
        if (given == build.request.arguments.end()) continue;
        build.used_arguments.insert(given->first);
        if (given->second && !find_variable(request.env, name))
            request.env.push_back(given->first + "=" + *given->second);
    }
    std::vector<dockerfile::RunMount> wanted;
    for (const auto& text : run.mounts) wanted.push_back(dockerfile::parse_mount(text));
    std::function<Task<LayerStack>(std::string)> from = [this](std::string name) {
        return source_layers(std::move(name));
    };
    auto mounts = co_await make_mounts(*this, std::move(wanted), std::move(from));
    auto details = fmt::format("{} {} {}", run.network, fmt::join(run.mounts, ";"), mounts.digest);
    if (is_one_document(run) && is_program(run.heredocs.front())) {
        details += " " + run.heredocs.front().text();
        add_script(mounts, run.heredocs.front(), program_path(run.heredocs.front()));
    }
    request.mounts = mounts.mounts;
    request.env.insert(request.env.end(), mounts.variables.begin(), mounts.variables.end());
    auto exact = exact_key(created_by, details);
    Key key("run");
    key.add(chain_of(state.layers)).add(details).add(config.user).add(config.working_dir).add(created_by);
    for (const auto& word : request.args) key.add(word);
    for (const auto& variable : config.env) key.add(variable);
    auto content = key.add(build.epoch_text()).finish();
    if (co_await reuse(created_by, exact, content)) co_return;

    auto make = [this] {
        return std::make_shared<Workspace>(build.services.store, random_hex(32), state.layers);
    };
    auto workspace = co_await build.services.pool.run(std::move(make));
    auto name = workspace->id().substr(0, 12);
    co_await say(fmt::format(" ---> Running in {}\n", name));
    ExecOutput output = [this](bool is_error, std::string bytes) -> Task<void> {
        co_await build.listener.step_output(index, is_error, bytes);
        auto kind = is_error ? Transcript::Kind::error_text : Transcript::Kind::text;
        co_await build.transcript.say(position, kind, std::move(bytes));
    };
    auto outcome = co_await run_in_container(build.services, build.request, *workspace, std::move(request),
                                             std::move(output), *build.stop);
    if (outcome.exit_code != 0) throw CommandFailed(command, outcome.exit_code);
    auto seal = [this, workspace] { return workspace->seal(build.epoch); };
    auto layer = co_await build.services.pool.run(std::move(seal));
    workspace.reset();
    co_await say(fmt::format(" ---> Removed intermediate container {}\n", name));
    co_await commit(created_by, std::move(layer), exact, content);
}

}  // namespace dhow::build
