#include "build/configure.hpp"

#include <algorithm>

#include "base/ignore.hpp"
#include "base/units.hpp"
#include "image/change.hpp"
#include "linux/signals.hpp"

namespace dhow::build {

namespace {

/// As Go's %q prints it.
std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        if (c == '\n')
            result += "\\n";
        else if (c == '\t')
            result += "\\t";
        else
            result += c;
    }
    return result + "\"";
}

std::string quoted(const std::vector<std::string>& words) {
    std::string result = "[";
    for (const auto& word : words) result += (result.size() > 1 ? " " : "") + quoted(word);
    return result + "]";
}

class Configurator {
  public:
    Configurator(oci::ImageConfig& config, bool& command_set)
        : image_(config), config_(config.config), command_set_(command_set) {}

    std::string operator()(const dockerfile::AddArgs& args) const {
        std::string text = "ARG";
        for (const auto& arg : args.args) text += " " + arg.key + (arg.value ? "=" + *arg.value : "");
        return text;
    }
    std::string operator()(const dockerfile::AddEnv& env) const {
        std::string text = "ENV";
        for (const auto& pair : env.pairs) {
            if (pair.key.empty()) throw InvalidArgument("ENV names can not be blank");
            set_variable(config_.env, pair.key, pair.value);
            text += " " + pair.key + "=" + pair.value;
        }
        return text;
    }
    std::string operator()(const dockerfile::AddLabels& labels) const {
        std::string text = "LABEL";
        for (const auto& pair : labels.pairs) {
            if (pair.key.empty()) throw InvalidArgument("LABEL names can not be blank");
            config_.labels[pair.key] = pair.value;
            text += " " + pair.key + "=" + pair.value;
        }
        return text;
    }
    std::string operator()(const dockerfile::Workdir& workdir) const {
        config_.working_dir = working_directory(config_, workdir.path);
        return "WORKDIR " + config_.working_dir;
    }
    std::string operator()(const dockerfile::User& user) const {
        config_.user = user.name;
        return "USER " + user.name;
    }
    std::string operator()(const dockerfile::Volume& volume) const {
        for (const auto& path : volume.paths) {
            if (path.empty()) throw InvalidArgument("VOLUME specified can not be an empty string");
            config_.volumes.insert(path);
        }
        return fmt::format("VOLUME [{}]", fmt::join(volume.paths, " "));
    }
    std::string operator()(const dockerfile::Expose& expose) const {
        for (const auto& port : expose.ports) image::apply_change("EXPOSE " + port, config_);
        return fmt::format("EXPOSE {}", fmt::join(expose.ports, " "));
    }
    std::string operator()(const dockerfile::Cmd& cmd) const {
        auto words = command_of(cmd.command, config_);
        command_set_ = command_set_ || !words.empty();
        config_.cmd = words;  // also an empty one: it resets what the base has
        return "CMD " + quoted(words);
    }
    std::string operator()(const dockerfile::Entrypoint& entrypoint) const {
        auto words = command_of(entrypoint.command, config_);
        // An empty one resets what the base has.
        config_.entrypoint.reset();
        if (!words.empty()) config_.entrypoint = words;
        if (!command_set_) config_.cmd.reset();
        return "ENTRYPOINT " + quoted(words);
    }
    std::string operator()(const dockerfile::Shell& shell) const {
        config_.shell = shell.words;
        return fmt::format("SHELL [{}]", fmt::join(shell.words, " "));
    }
    std::string operator()(const dockerfile::StopSignal& stop) const {
        linux::parse_signal(stop.signal);
        image::apply_change("STOPSIGNAL " + stop.signal, config_);
        return "STOPSIGNAL " + stop.signal;
    }
    std::string operator()(const dockerfile::Health& health) const {
        oci::Healthcheck check;
        check.test = {health.none ? "NONE" : health.command.exec_form ? "CMD" : "CMD-SHELL"};
        check.test.insert(check.test.end(), health.command.args.begin(), health.command.args.end());
        check.interval = health.interval.count();
        check.timeout = health.timeout.count();
        check.start_period = health.start_period.count();
        check.start_interval = health.start_interval.count();
        check.retries = health.retries;
        config_.healthcheck = check;
        auto interval = health.start_interval.count() == 0
                            ? std::string()
                            : fmt::format(" \"{}\"", format_duration(health.start_interval));
        return fmt::format("HEALTHCHECK &{{{} \"{}\" \"{}\" \"{}\"{} '\\x{:02x}'}}", quoted(check.test),
                           format_duration(health.interval), format_duration(health.timeout),
                           format_duration(health.start_period), interval, health.retries);
    }
    std::string operator()(const dockerfile::OnBuild& on_build) const {
        config_.on_build.push_back(on_build.trigger);
        return "ONBUILD " + on_build.trigger;
    }
    std::string operator()(const dockerfile::Maintainer& maintainer) const {
        image_.author = maintainer.name;
        return "MAINTAINER " + maintainer.name;
    }
    std::string operator()(const dockerfile::Run&) const { return "RUN"; }
    std::string operator()(const dockerfile::Copy& copy) const { return copy.add ? "ADD" : "COPY"; }

  private:
    oci::ImageConfig& image_;
    oci::ContainerConfig& config_;
    bool& command_set_;
};

}  // namespace

std::vector<std::string> command_of(const dockerfile::CommandLine& command,
                                    const oci::ContainerConfig& config) {
    if (command.exec_form || command.args.empty()) return command.args;
    auto words = config.shell.empty() ? std::vector<std::string>{"/bin/sh", "-c"} : config.shell;
    words.push_back(command.args.front());
    return words;
}

std::string working_directory(const oci::ContainerConfig& config, const std::string& path) {
    if (path.starts_with('/')) return clean_path(path);
    return clean_path("/" + config.working_dir + "/" + path);
}

std::optional<std::string> find_variable(const std::vector<std::string>& env, std::string_view name) {
    for (const auto& entry : env)
        if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
            return entry.substr(name.size() + 1);
    return std::nullopt;
}

void set_variable(std::vector<std::string>& env, const std::string& name, const std::string& value) {
    auto place = std::ranges::find_if(env, [&](const auto& known) { return known.starts_with(name + "="); });
    if (place == env.end())
        env.push_back(name + "=" + value);
    else
        *place = name + "=" + value;
}

std::string configure(const dockerfile::Instruction& instruction, oci::ImageConfig& config,
                      bool& command_set) {
    return std::visit(Configurator(config, command_set), instruction.what);
}

}  // namespace dhow::build
