#include "cli/format/absent.hpp"

#include <algorithm>
#include <array>

namespace dhow::cli {

namespace {

constexpr std::array lists{"Aliases",
                           "Binds",
                           "BlkioWeightDevice",
                           "CapAdd",
                           "CapDrop",
                           "Cmd",
                           "DNSNames",
                           "DeviceCgroupRules",
                           "DeviceRequests",
                           "Devices",
                           "Dns",
                           "DnsOptions",
                           "DnsSearch",
                           "Entrypoint",
                           "Env",
                           "ExecIDs",
                           "ExtraHosts",
                           "GroupAdd",
                           "Links",
                           "MaskedPaths",
                           "Mounts",
                           "OnBuild",
                           "ReadonlyPaths",
                           "RepoDigests",
                           "RepoTags",
                           "SecurityOpt",
                           "SecondaryIPAddresses",
                           "SecondaryIPv6Addresses",
                           "Shell",
                           "Test",
                           "Ulimits",
                           "VolumesFrom",
                           "Layers",
                           "Log"};
constexpr std::array maps{"Annotations", "ConfigOptions", "Containers", "DriverOpts",   "ExposedPorts",
                          "Labels",      "Networks",      "Options",    "PortBindings", "Ports",
                          "StorageOpt",  "Sysctls",       "Tmpfs",      "Volumes"};
constexpr std::array texts{"AppArmorProfile", "Author",     "Comment",     "Domainname", "Hostname",
                           "Isolation",       "MacAddress", "NetworkMode", "OsVersion",  "Parent",
                           "Platform",        "Runtime",    "StopSignal",  "User",       "UsernsMode",
                           "Variant",         "WorkingDir"};
constexpr std::array switches{"ArgsEscaped",     "AttachStderr", "AttachStdin", "AttachStdout",
                              "NetworkDisabled", "OpenStdin",    "StdinOnce",   "Tty"};
constexpr std::array numbers{"KernelMemory", "KernelMemoryTCP", "StartInterval", "StartPeriod"};
constexpr std::array pointers{
    "GraphDriver", "Health",           "Healthcheck",    "IPAMConfig", "ImageManifestDescriptor",
    "Init",        "MemorySwappiness", "OomKillDisable", "PidsLimit",  "SizeRootFs",
    "SizeRw",      "StopTimeout",      "UsageData",      "Config"};

}  // namespace

const json::Value* zero_of(std::string_view member) {
    static const json::Value list = json::Array(), map = json::Object(), text = "", off = false, number = 0,
                             pointer = nullptr;
    auto is_in = [&](const auto& names) { return std::ranges::find(names, member) != names.end(); };
    if (is_in(lists)) return &list;
    if (is_in(maps)) return &map;
    if (is_in(texts)) return &text;
    if (is_in(switches)) return &off;
    if (is_in(numbers)) return &number;
    return is_in(pointers) ? &pointer : nullptr;
}

}  // namespace dhow::cli
