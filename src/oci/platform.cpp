#include "oci/platform.hpp"

#include <algorithm>
#include <cctype>

#include <sys/utsname.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dhow::oci {

namespace {

/// Go's names for what uname(2) and people call otherwise; `variant` is set where the name implies one.
void normalize(std::string& architecture, std::string& variant) {
    if (architecture == "x86_64" || architecture == "x86-64")
        architecture = "amd64";
    else if (architecture == "i386" || architecture == "i686")
        architecture = "386";
    else if (architecture == "aarch64")
        architecture = "arm64";
    else if (architecture == "ppc64el")
        architecture = "ppc64le";
    else if (architecture == "armhf")
        architecture = "arm", variant = "v7";
    else if (architecture == "armel")
        architecture = "arm", variant = "v6";
    else if (architecture == "armv7l" || architecture == "armv8l")
        architecture = "arm", variant = "v7";
    else if (architecture == "armv6l")
        architecture = "arm", variant = "v6";
    if (architecture == "arm" && variant.empty()) variant = "v7";
    if (architecture == "arm" && !variant.empty() && variant[0] != 'v') variant.insert(0, "v");
    if (architecture == "arm64" && (variant == "8" || variant == "v8")) variant.clear();
    if (architecture == "amd64" && variant == "v1") variant.clear();
}

bool is_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) || c == '_' || c == '-' || c == '.';
    });
}

}  // namespace

Platform Platform::host() {
    utsname name;
    ::uname(&name);
    Platform host{.architecture = lower(name.machine),
                  .os = "linux",
                  .os_version = {},
                  .os_features = {},
                  .variant = {}};
    normalize(host.architecture, host.variant);
    return host;
}

Platform Platform::parse(std::string_view text) {
    std::vector<std::string> parts;
    for (std::size_t start = 0; start <= text.size();) {
        auto end = std::min(text.find('/', start), text.size());
        parts.push_back(lower(text.substr(start, end - start)));
        start = end + 1;
    }
    for (const auto& part : parts)
        if (!is_word(part))
            throw InvalidArgument(
                "\"{}\" is an invalid component of \"{}\": platform specifier component must "
                "match \"^[A-Za-z0-9_.-]+$\": invalid argument",
                part, text);
    if (parts.size() > 3)
        throw InvalidArgument("\"{}\": cannot parse platform specifier: invalid argument", text);
    Platform platform = host();
    if (parts.size() == 1) {
        if (parts[0] == "linux" || parts[0] == "windows" || parts[0] == "darwin" || parts[0] == "freebsd") {
            platform.os = parts[0];
        } else {
            platform.architecture = parts[0];
            platform.variant.clear();
            normalize(platform.architecture, platform.variant);
        }
        return platform;
    }
    platform.os = parts[0];
    platform.architecture = parts[1];
    platform.variant = parts.size() == 3 ? parts[2] : "";
    normalize(platform.architecture, platform.variant);
    return platform;
}

std::string Platform::text() const {
    std::string result = os + "/" + architecture;
    return variant.empty() ? result : result + "/" + variant;
}

bool Platform::runs(const Platform& image) const {
    Platform other = image;
    other.os = lower(other.os);
    other.architecture = lower(other.architecture);
    normalize(other.architecture, other.variant);
    if (other.os != os || other.architecture != architecture) return false;
    if (architecture != "arm") return variant.empty() || other.variant.empty() || other.variant == variant;
    // A newer ARM runs what was made for an older one: "v5" <= "v6" <= "v7".
    return other.variant <= variant;
}

}  // namespace dhow::oci
