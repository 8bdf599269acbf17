#include "registry/endpoints.hpp"

#include "base/error.hpp"
#include "registry/address.hpp"
#include "registry/url.hpp"

namespace dhow::registry {

namespace {

/// "[::1]:5000" gives "::1", "host:5000" gives "host".
std::string host_of(std::string_view domain) {
    if (domain.starts_with('[')) return std::string(domain.substr(1, domain.find(']') - 1));
    return std::string(domain.substr(0, domain.find(':')));
}

}  // namespace

std::string check_mirror(std::string_view url) {
    auto scheme = url.substr(0, url.find("://"));
    if (scheme != "http" && scheme != "https")
        throw InvalidArgument("invalid mirror: unsupported scheme \"{}\" in \"{}\"",
                              scheme.size() == url.size() ? "" : scheme, url);
    if (url.find_first_of("?#") != url.npos)
        throw InvalidArgument("invalid mirror: query or fragment at end of the URI \"{}\"", url);
    if (url.find('@') != url.npos)
        throw InvalidArgument("invalid mirror: username/password not allowed in URI \"{}\"", url);
    parse_url(url);
    std::string result(url);
    while (result.ends_with('/')) result.pop_back();
    return result + "/";
}

std::string check_insecure(std::string_view entry) {
    if (entry.starts_with("http://") || entry.starts_with("https://"))
        throw InvalidArgument("insecure registry {} should not contain '://'", entry);
    if (parse_network(entry)) return std::string(entry);
    if (entry.empty() || entry.starts_with('-') || entry.find_first_of("/ \t") != entry.npos)
        throw InvalidArgument("insecure registry {} is not valid: invalid host \"{}\"", entry, entry);
    return std::string(entry);
}

bool is_insecure(const Options& options, std::string_view domain) {
    auto host = host_of(domain);
    if (is_loopback(host)) return true;
    auto address = parse_address(host);
    for (const auto& entry : options.insecure) {
        if (entry == domain || entry == host) return true;
        if (auto network = parse_network(entry); network && address && network->holds(*address)) return true;
    }
    return false;
}

std::vector<Endpoint> endpoints_of(const Options& options, std::string_view domain, bool push) {
    std::vector<Endpoint> endpoints;
    if (domain == "docker.io") {
        if (!push)
            for (const auto& mirror : options.mirrors)
                endpoints.push_back({mirror, true, !is_insecure(options, parse_url(mirror).authority())});
        endpoints.push_back({"https://registry-1.docker.io/", false, true});
        return endpoints;
    }
    std::string address(domain);
    if (!is_insecure(options, domain)) return {{"https://" + address + "/", false, true}};
    return {{"https://" + address + "/", false, false}, {"http://" + address + "/", false, false}};
}

}  // namespace dhow::registry
