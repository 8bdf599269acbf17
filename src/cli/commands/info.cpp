#include <algorithm>
#include <array>

#include "base/units.hpp"
#include "base/version.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/format/listing.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{document_format_option};

std::string words(const json::Value& info, std::string_view path) {
    std::vector<std::string> all;
    for (const auto& word : array_at(info, path))
        if (word.is_string()) all.emplace_back(word.get_string().c_str());
    return join(all, " ");
}

std::string pairs(const json::Value& info, std::string_view path, std::string_view indent) {
    std::string text;
    for (const auto& pair : array_at(info, path)) {
        const auto* parts = pair.if_array();
        if (parts && parts->size() == 2 && (*parts)[0].is_string() && (*parts)[1].is_string())
            text += fmt::format("{}{}: {}\n", indent, (*parts)[0].get_string().c_str(),
                                (*parts)[1].get_string().c_str());
    }
    return text;
}

std::string line(const json::Value& info, std::string_view title, std::string_view path) {
    auto value = string_at(info, path);
    return value.empty() ? std::string() : fmt::format(" {}: {}\n", title, value);
}

std::string counts(const json::Value& info) {
    return fmt::format(" Containers: {}\n  Running: {}\n  Paused: {}\n  Stopped: {}\n Images: {}\n",
                       integer_at(info, "Containers"), integer_at(info, "ContainersRunning"),
                       integer_at(info, "ContainersPaused"), integer_at(info, "ContainersStopped"),
                       integer_at(info, "Images"));
}

std::string drivers(const json::Value& info) {
    auto text = line(info, "Server Version", "ServerVersion") + line(info, "Storage Driver", "Driver") +
                pairs(info, "DriverStatus", "  ") + line(info, "Logging Driver", "LoggingDriver") +
                line(info, "Cgroup Driver", "CgroupDriver") + line(info, "Cgroup Version", "CgroupVersion");
    text += fmt::format(" Plugins:\n  Volume: {}\n  Network: {}\n", words(info, "Plugins.Volume"),
                        words(info, "Plugins.Network"));
    if (auto plugins = words(info, "Plugins.Authorization"); !plugins.empty())
        text += "  Authorization: " + plugins + "\n";
    text += "  Log: " + words(info, "Plugins.Log") + "\n";
    text += " Swarm: " + string_at(info, "Swarm.LocalNodeState") + "\n";
    return text;
}

std::string runtimes(const json::Value& info) {
    std::vector<std::string> names;
    if (const auto* found = find(info, "Runtimes"); found && found->is_object())
        for (const auto& entry : found->get_object()) names.emplace_back(entry.key());
    std::string text;
    if (!names.empty())
        text = fmt::format(" Runtimes: {}\n Default Runtime: {}\n", join(names, " "),
                           string_at(info, "DefaultRuntime"));
    return text +
           fmt::format(" Init Binary: {}\n containerd version: {}\n runc version: {}\n init version: {}\n",
                       string_at(info, "InitBinary"), string_at(info, "ContainerdCommit.ID"),
                       string_at(info, "RuncCommit.ID"), string_at(info, "InitCommit.ID"));
}

/// "name=seccomp,profile=builtin" as the name, and its profile below it.
std::string security(const json::Value& info) {
    const auto& all = array_at(info, "SecurityOptions");
    if (all.empty()) return {};
    std::string text = " Security Options:\n";
    for (const auto& option : all) {
        if (!option.is_string()) continue;
        std::string profile;
        std::string name;
        for (auto part : split(option.get_string().c_str(), ',')) {
            if (part.starts_with("name="))
                name = part.substr(5);
            else if (part.starts_with("profile="))
                profile = part.substr(8);
            else if (part.find('=') == std::string_view::npos)
                name = part;
        }
        text += "  " + name + "\n";
        if (!profile.empty()) text += "   Profile: " + profile + "\n";
    }
    return text;
}

std::string host(const json::Value& info) {
    auto text = line(info, "Kernel Version", "KernelVersion") +
                line(info, "Operating System", "OperatingSystem") + line(info, "OSType", "OSType") +
                line(info, "Architecture", "Architecture");
    text += fmt::format(" CPUs: {}\n Total Memory: {}\n", integer_at(info, "NCPU"),
                        human_size_binary(static_cast<double>(integer_at(info, "MemTotal"))));
    text += line(info, "Name", "Name") + line(info, "ID", "ID");
    text += fmt::format(" Docker Root Dir: {}\n Debug Mode: {}\n", string_at(info, "DockerRootDir"),
                        bool_at(info, "Debug"));
    if (bool_at(info, "Debug"))
        text += fmt::format(
            "  File Descriptors: {}\n  Goroutines: {}\n  System Time: {}\n  EventsListeners: {}\n",
            integer_at(info, "NFd"), integer_at(info, "NGoroutines"), string_at(info, "SystemTime"),
            integer_at(info, "NEventsListener"));
    text += line(info, "HTTP Proxy", "HttpProxy") + line(info, "HTTPS Proxy", "HttpsProxy") +
            line(info, "No Proxy", "NoProxy");
    return text;
}

std::string list_under(std::string_view heading, const std::vector<std::string>& entries) {
    if (entries.empty()) return {};
    auto text = fmt::format(" {}:\n", heading);
    for (const auto& entry : entries) text += "  " + entry + "\n";
    return text;
}

std::string settings(const json::Value& info) {
    std::vector<std::string> labels, insecure, mirrors, pools;
    for (const auto& label : array_at(info, "Labels"))
        if (label.is_string()) labels.emplace_back(label.get_string().c_str());
    if (const auto* indexes = find(info, "RegistryConfig.IndexConfigs"); indexes && indexes->is_object())
        for (const auto& [name, index] : indexes->get_object())
            if (!bool_at(index, "Secure")) insecure.push_back(std::string(name));
    for (const auto& cidr : array_at(info, "RegistryConfig.InsecureRegistryCIDRs"))
        if (cidr.is_string()) insecure.emplace_back(cidr.get_string().c_str());
    for (const auto& mirror : array_at(info, "RegistryConfig.Mirrors"))
        if (mirror.is_string()) mirrors.emplace_back(mirror.get_string().c_str());
    auto text = list_under("Labels", labels) +
                fmt::format(" Experimental: {}\n", bool_at(info, "ExperimentalBuild")) +
                list_under("Insecure Registries", insecure) + list_under("Registry Mirrors", mirrors) +
                fmt::format(" Live Restore Enabled: {}\n", bool_at(info, "LiveRestoreEnabled")) +
                line(info, "Product License", "ProductLicense");
    const auto& all_pools = array_at(info, "DefaultAddressPools");
    if (!all_pools.empty()) text += " Default Address Pools:\n";
    for (const auto& pool : all_pools)
        text += fmt::format("   Base: {}, Size: {}\n", string_at(pool, "Base"), integer_at(pool, "Size"));
    if (auto driver = string_at(info, "FirewallBackend.Driver"); !driver.empty())
        text += " Firewall Backend: " + driver + "\n" + pairs(info, "FirewallBackend.Info", "  ");
    return text;
}

int show_info(Session& session, const Arguments& arguments) {
    auto format = arguments.text("format");
    json::Value info;
    std::string failure;
    try {
        info = session.client().get("/info");
    } catch (const Error& error) {
        failure = message_of(error);
    }
    if (!format.empty()) {
        json::Object document = info.is_object() ? info.get_object() : json::Object();
        document["ClientInfo"] = json::Object{{"Version", version}, {"Debug", false}};
        if (!failure.empty()) document["ServerErrors"] = json::Array{json::Value(failure)};
        session.write(format_document(format, document, "system.dockerInfo"));
        return failure.empty() ? 0 : (session.error(failure), 1);
    }
    session.print("Client:\n Version:    {}\n Debug Mode: false\n\nServer:\n", version);
    if (!failure.empty()) {
        session.error(failure);
        throw Exit(1, "errors pretty printing info");
    }
    session.write(counts(info) + drivers(info) + runtimes(info) + security(info) + host(info) +
                  settings(info) + "\n");
    for (const auto& warning : array_at(info, "Warnings"))
        if (warning.is_string()) session.error(warning.get_string().c_str());
    return 0;
}

}  // namespace

constinit const Command info_command{
    .name = "info",
    .usage = "[OPTIONS]",
    .summary = "Display system-wide information",
    .options = options,
    .arity = {0, 0},
    .run = show_info,
    .aliases = "dhow system info, dhow info",
};

}  // namespace dhow::cli
