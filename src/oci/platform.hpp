#pragma once
// What a machine must be to run an image (OCI image spec, image-index.md, platform).

#include <string>
#include <string_view>
#include <vector>

namespace dhow::oci {

struct Platform {
    std::string architecture;  ///< GOARCH: "amd64"
    std::string os;            ///< GOOS: "linux"
    std::string os_version;
    std::vector<std::string> os_features;
    std::string variant;  ///< "v8", "v7"

    /// Reads "os", "os/arch" or "os/arch/variant" as docker's --platform, with the usual other names
    /// (x86_64, aarch64, armhf). @throws InvalidArgument
    static Platform parse(std::string_view text);
    /// This machine.
    static Platform host();

    /// "linux/arm64/v8"
    std::string text() const;
    /// Whether a machine of this platform runs what was made for `image` (os, architecture, variant).
    bool runs(const Platform& image) const;

    bool operator==(const Platform&) const = default;
};

}  // namespace dhow::oci
