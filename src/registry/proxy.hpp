#pragma once
// Which proxy a URL is asked through, by the rules of Go's net/http, which are docker's.

#include <string>
#include <string_view>

#include "registry/options.hpp"
#include "registry/url.hpp"

namespace dhow::registry {

/// The proxy for a URL, or "": of the options, else of the environment. Loopback addresses have none.
std::string proxy_for(const Options& options, const Url& url);

/// Whether a URL is among those of `no_proxy`, a list with commas between: "*"; an address or a network; a
/// name, which stands for all below it too; ".name" or "*.name", which stands only for those below. An
/// address or a name may have a port.
bool is_without_proxy(std::string_view no_proxy, const Url& url);

}  // namespace dhow::registry
