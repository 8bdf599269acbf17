// --network, and the addresses that options name.

#include <arpa/inet.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/create/checks.hpp"
#include "cli/create/parts.hpp"
#include "cli/format/text.hpp"
#include "cli/options/checks.hpp"

namespace dhow::cli {

namespace {

bool is_address(const std::string& text, int family) {
    unsigned char bytes[16];
    return ::inet_pton(family, text.c_str(), bytes) == 1;
}

std::string checked_address(const std::string& text) {
    if (!is_address(text, AF_INET) && !is_address(text, AF_INET6))
        throw InvalidArgument("ParseAddr(\"{}\"): unable to parse IP", text);
    return text;
}

std::int64_t priority(const std::string& text) {
    try {
        return parse_integer(text);
    } catch (const InvalidArgument&) {
        throw InvalidArgument("invalid gw-priority ({}): invalid syntax", text);
    }
}

void set_field(NetworkAttachment& attachment, std::string_view field) {
    auto equals = field.find('=');
    if (equals == std::string_view::npos || equals == 0) throw InvalidArgument("invalid field {}", field);
    auto key = lower(field.substr(0, equals));
    std::string value(field.substr(equals + 1));
    auto& settings = attachment.settings;
    auto addresses = [&]() -> wire::EndpointIpamConfig& {
        return settings.ipam_config ? *settings.ipam_config : settings.ipam_config.emplace();
    };
    if (key == "name")
        attachment.target = value;
    else if (key == "alias")
        settings.aliases.push_back(value);
    else if (key == "ip")
        addresses().ipv4_address = checked_address(value);
    else if (key == "ip6")
        addresses().ipv6_address = checked_address(value);
    else if (key == "link-local-ip")
        addresses().link_local_ips.push_back(checked_address(value));
    else if (key == "mac-address")
        settings.mac_address = value;
    else if (key == "gw-priority")
        settings.gw_priority = priority(value);
    else if (key == "driver-opt") {
        auto split_at = value.find('=');
        if (split_at == std::string::npos || split_at == 0)
            throw InvalidArgument("invalid key value pair format in driver options");
        settings.driver_opts[value.substr(0, split_at)] = value.substr(split_at + 1);
    } else {
        throw InvalidArgument("invalid field key {}", key);
    }
}

/// A word, '=', a word, anywhere: then the value is a list of settings.
bool is_long_form(std::string_view text) {
    auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    for (std::size_t i = 1; i + 1 < text.size(); ++i)
        if (text[i] == '=' && is_word(text[i - 1]) && is_word(text[i + 1])) return true;
    return false;
}

}  // namespace

NetworkAttachment parse_network(std::string_view text) {
    NetworkAttachment attachment;
    if (!is_long_form(text)) {
        attachment.target = text;
        return attachment;
    }
    for (const auto& field : csv_fields(text)) set_field(attachment, field);
    if (attachment.target.empty()) throw InvalidArgument("network name/id is not specified");
    return attachment;
}

void check_network(std::string_view text) { parse_network(text); }

void check_ip(std::string_view text) {
    std::string copy(text);
    if (!is_address(copy, AF_INET) && !is_address(copy, AF_INET6))
        throw InvalidArgument("failed to parse IP: \"{}\"", text);
}

void check_address(std::string_view text) {
    std::string copy(text);
    if (!is_address(copy, AF_INET) && !is_address(copy, AF_INET6))
        throw InvalidArgument("IP address is not correctly formatted: {}", text);
}

void check_extra_host(std::string_view text) {
    auto separator = text.find('=');
    if (separator == std::string_view::npos) separator = text.find(':');
    if (separator == std::string_view::npos || separator == 0)
        throw InvalidArgument("bad format for add-host: \"{}\"", text);
    std::string address(text.substr(separator + 1));
    if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
    if (address == "host-gateway") return;
    if (!is_address(address, AF_INET) && !is_address(address, AF_INET6))
        throw InvalidArgument("invalid IP address in add-host: \"{}\"", address);
}

void check_link(std::string_view text) {
    if (text.empty()) throw InvalidArgument("empty string specified for links");
    if (split(text, ':').size() > 2) throw InvalidArgument("bad format for links: {}", text);
}

}  // namespace dhow::cli
