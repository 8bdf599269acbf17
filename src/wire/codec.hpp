#pragma once
// The types of the Engine API whose JSON is no plain object.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace dhow::wire {

/// Words of a command line: `["sh", "-c", "ls"]`, or a single string for one word. Empty is written as null.
struct Words : std::vector<std::string> {
    using vector::vector;
    Words(std::vector<std::string> words) : vector(std::move(words)) {}
};

/// Keys that have no value: `{"80/tcp": {}}`, used for exposed ports and for anonymous volumes. Empty is
/// written as null.
struct KeySet : std::set<std::string> {
    using set::set;
};

/// One host address of a published port. An empty `host_port` asks for a free one.
struct PortBinding {
    std::string host_ip;
    std::string host_port;
};

/// All host addresses of one port of a container; null when it is exposed but not published.
struct PortBindings : std::vector<PortBinding> {
    using vector::vector;
};

/// "80/tcp" to where it is published.
using PortMap = std::map<std::string, PortBindings>;

/// A terminal's size in characters; on the wire `[height, width]`.
struct ConsoleSize {
    std::uint32_t height = 0;
    std::uint32_t width = 0;
};

/// Pairs, each on the wire an array of two strings, as DriverStatus has them. Empty is written as null.
struct Pairs : std::vector<std::pair<std::string, std::string>> {
    using vector::vector;
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Custom<wire::Words> {
    static wire::Words from(const Value& value);
    static Value to(const wire::Words& words);
};

template <>
struct Custom<wire::KeySet> {
    static wire::KeySet from(const Value& value);
    static Value to(const wire::KeySet& keys);
};

template <>
struct Members<wire::PortBinding> {
    static constexpr auto list = std::tuple{
        member("HostIp", &wire::PortBinding::host_ip),
        member("HostPort", &wire::PortBinding::host_port),
    };
};

template <>
struct Custom<wire::PortBindings> {
    static wire::PortBindings from(const Value& value);
    static Value to(const wire::PortBindings& bindings);
};

template <>
struct Custom<wire::ConsoleSize> {
    static wire::ConsoleSize from(const Value& value);
    static Value to(const wire::ConsoleSize& size);
};

template <>
struct Custom<wire::Pairs> {
    static wire::Pairs from(const Value& value);
    static Value to(const wire::Pairs& pairs);
};

}  // namespace dhow::json
