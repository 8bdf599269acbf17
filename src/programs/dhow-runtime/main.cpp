// The runtime's command line: global options, then a verb.

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/units.hpp"
#include "base/version.hpp"
#include "linux/executable.hpp"
#include "programs/dhow-runtime/verbs.hpp"

namespace dhow::runtime_program {

namespace {

constexpr Option global_options[] = {
    {"root", "", true, "folder of the containers' state"},
    {"log", "", true, "file that errors are written to"},
    {"log-format", "", true, "text (default) or json"},
    {"debug", "", false, "accepted; there is nothing more to tell"},
    {"systemd-cgroup", "", false, "refused: cgroups are made in the file system"},
    {"rootless", "", true, "auto or false; true is refused"},
    {"version", "v", false, "print the version"},
    {"help", "h", false, "print this help"},
};

void print_options(std::span<const Option> options) {
    for (const auto& option : options) {
        std::string names = option.short_name.empty() ? "    " : fmt::format("-{}, ", option.short_name);
        names += fmt::format("--{}{}", option.name, option.takes_value ? " VALUE" : "");
        fmt::print("  {:<30} {}\n", names, option.help);
    }
}

int print_help() {
    fmt::print(
        "usage: dhow-runtime [OPTION...] VERB [OPTION...] [ARGUMENT...]\n\n"
        "Runs containers out of OCI bundles.\n\nverbs:\n");
    for (const auto& verb : verbs()) fmt::print("  {:<10} {}\n", verb.name, verb.help);
    fmt::print("\noptions:\n");
    print_options(global_options);
    return 0;
}

int print_verb_help(const Verb& verb) {
    fmt::print("usage: dhow-runtime {} [OPTION...] {}\n\n{}\n", verb.name, verb.arguments, verb.help);
    if (!verb.options.empty()) fmt::print("\noptions:\n");
    print_options(verb.options);
    return 0;
}

int print_version() {
    fmt::print("dhow-runtime version {}\nspec: 1.2.0\n", version);
    return 0;
}

const Verb& find_verb(std::string_view name) {
    for (const auto& verb : verbs())
        if (verb.name == name) return verb;
    throw InvalidArgument("no such verb: {}; see dhow-runtime --help", name);
}

/// Executes this program once more through a file that a container can reach but not write.
void protect_own_executable(char** argv) {
    if (linux::executable_is_protected()) return;
    auto protected_file = linux::protect_executable("/proc/self/exe");
    ::fexecve(protected_file.get(), argv, environ);
    throw_errno("execute the protected program");
}

struct Log {
    std::string file;
    bool json = false;
};

std::string json_quoted(std::string_view text) {
    std::string quoted;
    for (char letter : text) {
        if (letter == '"' || letter == '\\') quoted += '\\';
        if (static_cast<unsigned char>(letter) < 0x20)
            quoted += fmt::format("\\u{:04x}", letter);
        else
            quoted += letter;
    }
    return quoted;
}

/// As runc: the log file gets the error, and so does standard error.
int report(const Log& log, const std::string& message) {
    fmt::print(stderr, "dhow-runtime: {}\n", message);
    if (log.file.empty()) return 1;
    auto time = format_timestamp(now());
    auto line = log.json ? fmt::format("{{\"level\":\"error\",\"msg\":\"{}\",\"time\":\"{}\"}}\n",
                                       json_quoted(message), time)
                         : fmt::format("time=\"{}\" level=error msg=\"{}\"\n", time, json_quoted(message));
    if (FILE* file = std::fopen(log.file.c_str(), "ae")) {
        std::fwrite(line.data(), 1, line.size(), file);
        std::fclose(file);
    }
    return 1;
}

int run_verb_named(const Context& context, std::span<const std::string> args, char** argv) {
    const Verb& verb = find_verb(args.front());
    args = args.subspan(1);
    if (!args.empty() && (args.front() == "--help" || args.front() == "-h")) return print_verb_help(verb);
    if (verb.exposed) {
        protect_own_executable(argv);
        // Before any child can be seen from a container: what is not dumpable cannot be traced
        // (CVE-2016-9962).
        check(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "make this process untraceable");
    }
    Options options(verb.options, args);
    return verb.run({context, options, args});
}

int run(char** argv, std::span<const std::string> args, Log& log) {
    Options options(global_options, args);
    log.file = options.get("log");
    log.json = options.get("log-format", "text") == "json";
    if (options.has("version")) return print_version();
    if (options.has("help") || args.empty() || args.front() == "help") return print_help();
    if (options.has("systemd-cgroup"))
        throw NotImplemented("--systemd-cgroup is not supported: cgroups are made in the file system");
    if (options.get("rootless", "auto") == "true") throw NotImplemented("--rootless=true is not supported");
    Context context;
    if (auto root = options.find("root")) context.state_root = *root;
    return run_verb_named(context, args, argv);
}

}  // namespace

}  // namespace dhow::runtime_program

int main(int argc, char** argv) {
    using namespace dhow;
    std::vector<std::string> words(argv + 1, argv + argc);
    runtime_program::Log log;
    try {
        return runtime_program::run(argv, words, log);
    } catch (const std::exception& error) {
        return runtime_program::report(log, error.what());
    }
}
