#pragma once
// One file from the web. Blocks for as long as the network takes.

#include <cstdint>
#include <optional>
#include <string>

#include "oci/digest.hpp"
#include "registry/cancellation.hpp"
#include "registry/options.hpp"

namespace dhow::build {

struct Download {
    std::string name;    ///< of the file: what the answer calls it, or the URL's last part; "" without one
    oci::Digest digest;  ///< of its content
    std::string media_type;
};

/// Gets `url` (http or https, redirects followed, never from https to http) into the file that `file` is open
/// for writing. A name and a password in it go to its host as Basic credentials (RFC 7617). The file's time
/// becomes that of Last-Modified, or the start of 1970.
/// @throws InvalidArgument for a status that is no success; registry::ConnectionFailed
Download download(const std::string& url, int file, const registry::Options& options,
                  const registry::Cancellation& stop);

/// Whether ADD and a build's context take it as something to download.
bool is_url(std::string_view text);

}  // namespace dhow::build
