#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "bundle/bundle.hpp"
#include "bundle/capabilities.hpp"
#include "bundle/user.hpp"

namespace dhow::bundle {

namespace {

oci::RuntimeConfig read_config(const std::filesystem::path& bundle) {
    std::ifstream file(bundle / "config.json");
    std::stringstream text;
    if (!(text << file.rdbuf())) throw InternalError("cannot read {}/config.json", bundle.string());
    return oci::read_runtime_config(text.str());
}

void set_variable(std::vector<std::string>& env, const std::string& entry) {
    auto name = entry.substr(0, entry.find('='));
    auto same = std::ranges::find_if(env, [&](const auto& other) { return other.starts_with(name + "="); });
    if (entry.find('=') == entry.npos) {
        if (same != env.end()) env.erase(same);
    } else if (same != env.end()) {
        *same = entry;
    } else {
        env.push_back(entry);
    }
}

/// TERM belongs to the terminal of this process, not to that of the container's first one.
void set_term(std::vector<std::string>& env, bool container_tty, bool tty) {
    if (container_tty && !tty) std::erase(env, "TERM=xterm");
    if (tty && !has_variable(env, "TERM")) env.emplace_back("TERM=xterm");
}

void set_capabilities(oci::Process& process, bool privileged) {
    if (!process.capabilities) process.capabilities.emplace();
    auto& sets = *process.capabilities;
    if (privileged) sets.bounding = resolve_capabilities(true, {}, {});
    bool root = process.user.uid == 0;
    sets.effective = sets.permitted = root ? sets.bounding : std::vector<std::string>();
    sets.inheritable.clear();
    sets.ambient.clear();
}

}  // namespace

ExecBase read_exec_base(const std::filesystem::path& bundle) {
    auto config = read_config(bundle);
    if (!config.process) throw InternalError("{}/config.json has no process", bundle.string());
    return {std::move(*config.process), config.annotations.contains("dhow.home")};
}

oci::Process exec_process(const ExecBase& base, const ExecOptions& options, int pid) {
    if (options.args.empty()) throw InvalidArgument("no exec command specified");
    auto process = base.process;
    process.args = options.args;
    if (!options.cwd.empty()) process.cwd = options.cwd;
    if (!options.user.empty()) {
        auto user = resolve_user(RootView::of_process(pid), options.user, {});
        process.user.uid = user.uid;
        process.user.gid = user.gid;
        process.user.additional_gids = user.additional_gids;
        // Only the home that was found for the container's own user gives way to this one's.
        if (base.home_found) set_variable(process.env, "HOME=" + user.home);
    }
    set_term(process.env, process.terminal, options.tty);
    for (const auto& entry : options.env) set_variable(process.env, entry);
    process.terminal = options.tty;
    process.console_size.reset();
    set_capabilities(process, options.privileged);
    return process;
}

}  // namespace dhow::bundle
