// -p [ip:][hostPort:]containerPort[/protocol], with ranges, and its key=value form; --expose.

#include <charconv>
#include <optional>

#include <arpa/inet.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/create/parts.hpp"
#include "cli/format/text.hpp"

namespace dhow::cli {

namespace {

struct Range {
    int first = 0;
    int last = 0;
    int size() const { return last - first + 1; }
};

std::optional<int> parse_port(std::string_view text) {
    int port = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || port < 0 || port > 65535)
        return std::nullopt;
    return port;
}

std::optional<Range> parse_range(std::string_view text) {
    auto dash = text.find('-');
    auto first = parse_port(text.substr(0, dash));
    auto last = dash == std::string_view::npos ? first : parse_port(text.substr(dash + 1));
    if (!first || !last || *last < *first) return std::nullopt;
    return Range{*first, *last};
}

void check_protocol(std::string_view protocol) {
    if (protocol != "tcp" && protocol != "udp" && protocol != "sctp")
        throw InvalidArgument("invalid proto: {}", protocol);
}

/// Cuts "/udp" off.
std::string take_protocol(std::string_view& text) {
    auto slash = text.find('/');
    if (slash == std::string_view::npos) return "tcp";
    auto protocol = lower(text.substr(slash + 1));
    text = text.substr(0, slash);
    return protocol.empty() ? "tcp" : protocol;
}

/// "[::1]:80:80" and "::1:80:80" to the address and what is behind it.
std::string take_address(std::string_view& text) {
    std::string_view address;
    if (text.starts_with('[')) {
        auto end = text.find("]:");
        if (end == std::string_view::npos) throw InvalidArgument("invalid IP address: {}", text);
        address = text.substr(1, end - 1);
        text = text.substr(end + 2);
    } else {
        auto port = text.rfind(':');
        auto middle =
            port == std::string_view::npos || port == 0 ? std::string_view::npos : text.rfind(':', port - 1);
        if (middle == std::string_view::npos) return {};
        address = text.substr(0, middle);
        text = text.substr(middle + 1);
        if (address.empty()) return {};
    }
    unsigned char bytes[16];
    std::string copy(address);
    if (::inet_pton(AF_INET, copy.c_str(), bytes) != 1 && ::inet_pton(AF_INET6, copy.c_str(), bytes) != 1)
        throw InvalidArgument("invalid IP address: {}", address);
    return copy;
}

/// published=8080,target=80,protocol=tcp as the short form.
std::string from_long_form(std::string_view text) {
    std::map<std::string, std::string, std::less<>> parts{{"protocol", "tcp"}};
    for (auto part : split(text, ',')) {
        auto equals = part.find('=');
        if (equals == std::string_view::npos || equals == 0)
            throw InvalidArgument("invalid publish opts format (should be name=value but got '{}')", part);
        parts[std::string(part.substr(0, equals))] = part.substr(equals + 1);
    }
    return parts["published"] + ":" + parts["target"] + "/" + parts["protocol"];
}

void publish(std::string_view text, Ports& ports) {
    auto rest = text;
    auto protocol = take_protocol(rest);
    auto address = take_address(rest);
    auto colon = rest.rfind(':');
    auto container_text = colon == std::string_view::npos ? rest : rest.substr(colon + 1);
    auto host_text = colon == std::string_view::npos ? std::string_view() : rest.substr(0, colon);
    if (container_text.empty()) throw InvalidArgument("no port specified: {}<empty>", text);
    auto container = parse_range(container_text);
    if (!container) throw InvalidArgument("invalid containerPort: {}", container_text);
    auto host = host_text.empty() ? std::optional<Range>(Range{}) : parse_range(host_text);
    if (!host) throw InvalidArgument("invalid hostPort: {}", host_text);
    bool differ = !host_text.empty() && host->size() != container->size();
    // One port of the container may be offered a range of the host, of which the daemon takes a free one.
    if (differ && container->size() != 1)
        throw InvalidArgument("invalid ranges specified for container and host Ports: {} and {}",
                              container_text, host_text);
    check_protocol(protocol);
    for (int i = 0; i < container->size(); ++i) {
        auto key = fmt::format("{}/{}", container->first + i, protocol);
        std::string host_port;
        if (!host_text.empty()) host_port = differ ? std::string(host_text) : std::to_string(host->first + i);
        ports.exposed.insert(key);
        ports.bindings[key].push_back({address, host_port});
    }
}

void expose(std::string_view text, Ports& ports) {
    auto rest = text;
    if (text.find(':') != std::string_view::npos)
        throw InvalidArgument("invalid port format for --expose: {}", text);
    auto protocol = take_protocol(rest);
    auto range = parse_range(rest);
    if (!range) throw InvalidArgument("invalid range format for --expose: {}", text);
    check_protocol(protocol);
    for (int port = range->first; port <= range->last; ++port)
        ports.exposed.insert(fmt::format("{}/{}", port, protocol));
}

}  // namespace

Ports parse_ports(const std::vector<std::string>& published, const std::vector<std::string>& exposed) {
    Ports ports;
    for (const auto& value : published)
        publish(value.find('=') == std::string::npos ? value : from_long_form(value), ports);
    for (const auto& value : exposed) expose(value, ports);
    return ports;
}

}  // namespace dhow::cli
