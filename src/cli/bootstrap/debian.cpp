#include "cli/bootstrap/debian.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace dhow::cli {

namespace {

// The names are those that Dockerfiles know: one that gives apt a cache mount removes docker-clean first.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> settings{{
    {"etc/apt/apt.conf.d/docker-clean",
     "DPkg::Post-Invoke { \"rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb "
     "/var/cache/apt/*.bin || true\"; };\nDir::Cache::pkgcache \"\";\nDir::Cache::srcpkgcache \"\";"},
    {"etc/apt/apt.conf.d/docker-no-languages", "Acquire::Languages \"none\";"},
    {"etc/apt/apt.conf.d/docker-autoremove-suggests", "Apt::AutoRemove::SuggestsImportant \"false\";"},
}};

/// A line of shell that writes a file of the root, which mmdebstrap names as $1.
std::string writing(std::string_view path, std::string_view text) {
    return fmt::format("printf '%s\\n' '{}' >\"$1/{}\"", text, path);
}

}  // namespace

std::vector<std::string> debian_command(const DebianRequest& request) {
    std::vector<std::string> words{
        "mmdebstrap", "--quiet", "--format=tar", "--variant=" + request.variant,
        // In the image too.
        "--dpkgopt=force-unsafe-io",
        // They are this host's own.
        R"(--customize-hook=rm -f "$1/etc/resolv.conf" "$1/etc/hostname")",
        // mmdebstrap would take this one away again.
        "--skip=chroot/policy-rc.d",
        "--essential-hook=" + writing("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101") +
            R"( && chmod 755 "$1/usr/sbin/policy-rc.d")"};
    // What has no apt has no folder for its settings.
    if (request.variant != "essential") {
        for (const auto& [path, text] : settings) words.push_back("--customize-hook=" + writing(path, text));
        // With these settings apt does not find its caches any more, which differ each time.
        words.push_back(R"(--customize-hook=rm -f "$1"/var/cache/apt/*.bin)");
    }
    for (const auto& packages : request.packages) words.push_back("--include=" + packages);
    words.insert(words.end(), {request.suite, "-"});
    words.insert(words.end(), request.mirrors.begin(), request.mirrors.end());
    return words;
}

}  // namespace dhow::cli
