#include "build/buildkit/attributes.hpp"

#include <charconv>
#include <functional>

#include "base/text.hpp"

namespace dhow::build::buildkit {

namespace {

std::vector<std::string> split(const std::string& text, char by) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin < text.size();) {
        auto end = std::min(text.find(by, begin), text.size());
        if (end > begin) parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

std::int64_t number(const std::string& name, const std::string& text) {
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        throw InvalidArgument("{}: invalid number {}", name, text);
    return value;
}

/// "name=address,name=address"
void read_hosts(Request& request, const std::string& text) {
    for (const auto& entry : split(text, ',')) {
        auto equals = entry.find('=');
        if (equals == entry.npos || equals == 0) throw InvalidArgument("invalid key-value pair {}", entry);
        request.extra_hosts.push_back(entry.substr(0, equals) + ":" + entry.substr(equals + 1));
    }
}

/// "nofile=1024:2048,core=0"
void read_limits(Request& request, const std::string& text) {
    for (const auto& entry : split(text, ',')) {
        auto equals = entry.find('=');
        if (equals == entry.npos) throw InvalidArgument("invalid ulimit {}", entry);
        auto values = entry.substr(equals + 1);
        auto colon = values.find(':');
        auto soft = number("ulimit", values.substr(0, colon));
        auto hard = colon == values.npos ? soft : number("ulimit", values.substr(colon + 1));
        request.rlimits.push_back({entry.substr(0, equals), soft, hard});
    }
}

void read_platform(Request& request, const std::string& text) {
    if (text.find(',') != text.npos)
        throw NotImplemented(
            "building for several platforms at once is not available in this release of dhow");
    request.platform = oci::Platform::parse(text);
}

void read_network(Request& request, const std::string& mode) {
    if (mode == "host")
        request.network = {Network::Mode::host, ""};
    else if (mode == "none")
        request.network = {Network::Mode::none, ""};
    else if (mode != "default" && !mode.empty())
        throw InvalidArgument("invalid netmode {}", mode);
}

/// "local:NAME", "docker-image://NAME", "oci-layout://STORE:TAG@DIGEST", a repository or a URL.
void read_context(Order& order, std::string name, const std::string& value) {
    for (std::string_view other : {"input:", "target:"})
        if (value.starts_with(other))
            throw NotImplemented("the context {}={} is not available in this release of dhow", name, value);
    // The platform that it is for, "NAME::linux/amd64".
    if (auto colons = name.find("::"); colons != name.npos) {
        auto platform = oci::Platform::parse(name.substr(colons + 2));
        if (!platform.runs(order.request.platform.value_or(oci::Platform::host()))) return;
        name.resize(colons);
    }
    name = lower(name);
    order.named_contexts[name] = value;
    constexpr std::string_view image = "docker-image://";
    NamedContext context;
    if (value.starts_with(image)) context.image = value.substr(image.size());
    order.request.contexts[name] = std::move(context);
}

/// What a client counts on: "NAME,NAME+forward", the latter for those that another frontend may have as well.
void check_capabilities(const std::string& text) {
    for (const auto& entry : split(text, ',')) {
        auto name = entry.substr(0, entry.find('+'));
        if (name != "moby.buildkit.frontend.inputs" && name != "moby.buildkit.frontend.contexts" &&
            name != "moby.buildkit.frontend.subrequests")
            throw NotImplemented("unsupported frontend capability {}", name);
    }
}

using Reader = std::function<void(Order&, const std::string&)>;

void ignore(Order&, const std::string&) {}

const std::map<std::string, Reader, std::less<>>& readers() {
    static const std::map<std::string, Reader, std::less<>> table{
        {"filename", [](Order& order, const std::string& value) { order.request.dockerfile = value; }},
        {"target", [](Order& order, const std::string& value) { order.request.target = value; }},
        {"platform", [](Order& order, const std::string& value) { read_platform(order.request, value); }},
        {"add-hosts", [](Order& order, const std::string& value) { read_hosts(order.request, value); }},
        {"ulimit", [](Order& order, const std::string& value) { read_limits(order.request, value); }},
        {"force-network-mode",
         [](Order& order, const std::string& value) { read_network(order.request, value); }},
        {"shm-size",
         [](Order& order, const std::string& value) { order.request.shm_size = number("shm-size", value); }},
        {"cgroup-parent",
         [](Order& order, const std::string& value) { order.request.cgroup_parent = value; }},
        {"contextkey", [](Order& order, const std::string& value) { order.context_folder = value; }},
        {"dockerfilekey",
         [](Order& order, const std::string& value) {
             order.dockerfile_folder = value;
             order.dockerfile_is_local = true;
         }},
        {"context", [](Order& order, const std::string& value) { order.remote_context = value; }},
        {"no-cache",
         [](Order& order, const std::string& value) {
             for (const auto& stage : split(value, ',')) order.request.no_cache_stages.insert(stage);
             order.request.no_cache = value.empty();
         }},
        {"image-resolve-mode",
         [](Order& order, const std::string& value) { order.request.pull = value == "pull"; }},
        {"multi-platform",
         [](Order&, const std::string& value) {
             if (value != "false" && value != "0")
                 throw NotImplemented(
                     "images for several platforms are not available in this release of dhow");
         }},
        {"cache-imports",
         [](Order& order, const std::string& value) {
             for (auto& entry : read_cache_entries(value)) order.imports.push_back(std::move(entry));
         }},
        {"cache-from",
         [](Order& order, const std::string& value) {
             for (auto& name : split(value, ',')) order.imports.push_back({"registry", {{"ref", name}}});
         }},
        {"requestid", [](Order& order, const std::string& value) { order.subrequest = value; }},
        {"frontend.caps", [](Order&, const std::string& value) { check_capabilities(value); }},
        // Where the client's files came from: nothing that an image would show.
        {"source", ignore},
        {"cmdline", ignore},
    };
    return table;
}

bool read_by_prefix(Order& order, const std::string& name, const std::string& value) {
    auto rest = [&name](std::string_view prefix) { return name.substr(prefix.size()); };
    if (name.starts_with("build-arg:")) {
        order.request.arguments[rest("build-arg:")] = value;
    } else if (name.starts_with("label:")) {
        order.request.labels[rest("label:")] = value;
    } else if (name.starts_with("context:")) {
        return true;  // read once the platform is known
    } else if (name.starts_with("vcs:") || name.starts_with("local-sessionid:")) {
        return true;
    } else if (name.starts_with("attest:")) {
        if (value != "disabled=true")
            throw NotImplemented("attestations ({}) are not available in this release of dhow",
                                 rest("attest:"));
    } else {
        return false;
    }
    return true;
}

}  // namespace

Order read_attributes(const Attributes& attributes, const std::string& network) {
    Order order;
    order.request.network = {network.empty() ? Network::Mode::none : Network::Mode::bridge, network};
    for (const auto& [name, value] : attributes) {
        if (auto reader = readers().find(name); reader != readers().end())
            reader->second(order, value);
        else if (!read_by_prefix(order, name, value))
            throw NotImplemented("the build option {:?} is not available in this release of dhow", name);
    }
    constexpr std::string_view context = "context:";
    for (const auto& [name, value] : attributes)
        if (name.starts_with(context)) read_context(order, name.substr(context.size()), value);
    for (const auto& entry : order.imports) entry.check_import();
    return order;
}

}  // namespace dhow::build::buildkit
