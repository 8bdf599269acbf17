#include "client/resolve.hpp"

#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>
#include <strings.h>

#include "base/error.hpp"

namespace dhow::client {

namespace {

SocketAddress ipv4(const void* address, std::uint16_t port) {
    SocketAddress result;
    auto* in = reinterpret_cast<sockaddr_in*>(&result.storage);
    in->sin_family = AF_INET;
    in->sin_port = htons(port);
    std::memcpy(&in->sin_addr, address, sizeof in->sin_addr);
    result.length = sizeof *in;
    return result;
}

SocketAddress ipv6(const void* address, std::uint16_t port) {
    SocketAddress result;
    auto* in = reinterpret_cast<sockaddr_in6*>(&result.storage);
    in->sin6_family = AF_INET6;
    in->sin6_port = htons(port);
    std::memcpy(&in->sin6_addr, address, sizeof in->sin6_addr);
    result.length = sizeof *in;
    return result;
}

std::optional<SocketAddress> from_number(const char* text, std::uint16_t port) {
    unsigned char bytes[16];
    if (::inet_pton(AF_INET, text, bytes) == 1) return ipv4(bytes, port);
    if (::inet_pton(AF_INET6, text, bytes) == 1) return ipv6(bytes, port);
    return std::nullopt;
}

/// hosts(5): an address, then names, then a comment.
std::vector<SocketAddress> from_hosts_file(const std::string& host, std::uint16_t port) {
    std::vector<SocketAddress> found;
    std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/etc/hosts", "re"), &std::fclose);
    char line[1024];
    while (file && std::fgets(line, sizeof line, file.get())) {
        if (char* comment = std::strchr(line, '#')) *comment = 0;
        char* rest = nullptr;
        const char* address = ::strtok_r(line, " \t\n", &rest);
        while (const char* name = address ? ::strtok_r(nullptr, " \t\n", &rest) : nullptr) {
            if (::strcasecmp(name, host.c_str()) != 0) continue;
            if (auto known = from_number(address, port)) found.push_back(*known);
        }
    }
    return found;
}

void from_dns(const std::string& host, std::uint16_t port, ns_type type, std::vector<SocketAddress>& found) {
    unsigned char answer[4096];
    int length = ::res_search(host.c_str(), ns_c_in, type, answer, sizeof answer);
    ns_msg message;
    if (length < 0 || ::ns_initparse(answer, length, &message) < 0) return;
    for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
        ns_rr record;
        if (::ns_parserr(&message, ns_s_an, i, &record) < 0 || ns_rr_type(record) != type) continue;
        if (type == ns_t_a && ns_rr_rdlen(record) == 4) found.push_back(ipv4(ns_rr_rdata(record), port));
        if (type == ns_t_aaaa && ns_rr_rdlen(record) == 16) found.push_back(ipv6(ns_rr_rdata(record), port));
    }
}

}  // namespace

std::vector<SocketAddress> resolve(const std::string& host, std::uint16_t port) {
    if (auto number = from_number(host.c_str(), port)) return {*number};
    auto found = from_hosts_file(host, port);
    if (found.empty()) from_dns(host, port, ns_t_a, found);
    if (found.empty()) from_dns(host, port, ns_t_aaaa, found);
    if (found.empty()) throw Unavailable("lookup {}: no such host", host);
    return found;
}

}  // namespace dhow::client
