#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/version.hpp"
#include "linux/caps.hpp"
#include "linux/ns.hpp"
#include "linux/proc.hpp"
#include "oci/example_config.hpp"
#include "oci/runtime_config_json.hpp"
#include "programs/dhow-runtime/verbs.hpp"

namespace dhow::runtime_program {

namespace {

constexpr Option spec_table[] = {
    {"bundle", "b", true, "folder that gets config.json (the working directory)"},
    {"rootless", "", false, "refused: an example for ordinary users"}};

}  // namespace

const std::span<const Option> spec_options = spec_table;

int spec_verb(const Invocation& invocation) {
    if (invocation.options.has("rootless")) throw NotImplemented("spec --rootless is not supported");
    auto path = std::filesystem::path(invocation.options.get("bundle", ".")) / "config.json";
    auto text = json::dump_pretty(json::to(oci::example_runtime_config())) + "\n";
    UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file && errno == EEXIST) throw Conflict("File {} exists. Remove it first", path.native());
    check(file.get(), "create {}", path.native());
    check(::write(file.get(), text.data(), text.size()), "write {}", path.native());
    return 0;
}

int features_verb(const Invocation&) {
    json::Array namespaces, capabilities;
    for (const char* name : {"cgroup", "ipc", "mount", "network", "pid", "user", "uts"})
        namespaces.push_back(name);
    for (auto name : linux::capability_names()) capabilities.push_back(json::Value(name));
    json::Array hooks{"prestart",       "createRuntime", "createContainer",
                      "startContainer", "poststart",     "poststop"};
    json::Array mount_options{"bind",       "rbind",       "ro",          "rw",          "rro",
                              "rrw",        "nosuid",      "suid",        "nodev",       "dev",
                              "noexec",     "exec",        "noatime",     "relatime",    "private",
                              "rprivate",   "shared",      "rshared",     "slave",       "rslave",
                              "unbindable", "runbindable", "nosymfollow", "strictatime", "nodiratime"};
    json::Object linux_part{
        {"namespaces", namespaces},
        {"capabilities", capabilities},
        {"cgroup",
         json::Object{
             {"v1", true}, {"v2", true}, {"systemd", false}, {"systemdUser", false}, {"rdma", false}}},
        {"seccomp",
         json::Object{{"enabled", true},
                      {"actions", json::Array{"SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL",
                                              "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG",
                                              "SCMP_ACT_TRACE", "SCMP_ACT_TRAP"}}}},
        {"apparmor", json::Object{{"enabled", false}}},
        {"selinux", json::Object{{"enabled", false}}},
        {"intelRdt", json::Object{{"enabled", false}}},
    };
    json::Object document{
        {"ociVersionMin", "1.0.0"}, {"ociVersionMax", "1.2.0"},
        {"hooks", hooks},           {"mountOptions", mount_options},
        {"linux", linux_part},      {"annotations", json::Object{{"io.dhow.version", version}}}};
    fmt::print("{}\n", json::dump_pretty(document));
    return 0;
}

}  // namespace dhow::runtime_program
