#include <array>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/create/parts.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    flag("attachable", 0, "Let containers be attached by hand"),
    list("aux-address", 0, "Addresses that the driver keeps for itself (name=address)", check_key_value,
         "map"),
    text("config-from", 0, "Copy the configuration of another network"),
    flag("config-only", 0, "Make a configuration alone, for others to copy"),
    text("driver", 'd', "Driver of the network", "bridge"),
    list("gateway", 0, "Gateway of the subnet"),
    flag("ingress", 0, "Make a cluster's routing-mesh network"),
    flag("internal", 0, "Keep the network from the outside"),
    list("ip-range", 0, "Give out addresses of a part of the subnet"),
    text("ipam-driver", 0, "Driver of the address management", "default"),
    list("ipam-opt", 0, "Set options of the address management", check_key_value, "map"),
    flag_on("ipv4", 0, "Use IPv4 addresses"),
    flag("ipv6", 0, "Use IPv6 addresses"),
    list("label", 0, "Set metadata on the network", check_label),
    list("opt", 'o', "Set options of the driver", check_key_value, "map"),
    text("scope", 0, "Scope of the network"),
    list("subnet", 0, "Subnet in CIDR format"),
};

json::Object object_of(const std::vector<std::string>& pairs) {
    json::Object object;
    for (const auto& [key, value] : to_map(pairs)) object[key] = value;
    return object;
}

bool same_family(std::string_view a, std::string_view b) {
    return (a.find(':') == std::string_view::npos) == (b.find(':') == std::string_view::npos);
}

/// Ranges, gateways and kept addresses go with the subnet of their family; with several, in the order given.
json::Array pools(const Arguments& arguments) {
    json::Array result;
    for (const auto& subnet : arguments.list("subnet")) result.push_back(json::Object{{"Subnet", subnet}});
    auto assign = [&](const std::vector<std::string>& values, const char* member) {
        for (const auto& value : values) {
            bool placed = false;
            for (auto& pool : result) {
                auto& object = pool.get_object();
                bool fits =
                    !object.contains("Subnet") || same_family(value, object["Subnet"].get_string().c_str());
                if (placed || object.contains(member) || !fits) continue;
                object[member] = value;
                placed = true;
            }
            if (!placed && arguments.list("subnet").empty())
                result.push_back(json::Object{{member, value}});
            else if (!placed)
                throw InvalidArgument("no matching subnet for {} {}", lower(member), value);
        }
    };
    assign(arguments.list("ip-range"), "IPRange");
    assign(arguments.list("gateway"), "Gateway");
    if (auto kept = arguments.list("aux-address"); !kept.empty()) {
        if (result.empty()) throw InvalidArgument("no matching subnet for aux-address {}", kept[0]);
        result[0].get_object()["AuxiliaryAddresses"] = object_of(kept);
    }
    return result;
}

int create(Session& session, const Arguments& arguments) {
    json::Object ipam{{"Driver", arguments.text("ipam-driver")},
                      {"Options", object_of(arguments.list("ipam-opt"))},
                      {"Config", pools(arguments)}};
    json::Object body{{"Name", arguments[0]},
                      {"Driver", arguments.text("driver")},
                      {"IPAM", std::move(ipam)},
                      {"Internal", arguments.flag("internal")},
                      {"Attachable", arguments.flag("attachable")},
                      {"Ingress", arguments.flag("ingress")},
                      {"ConfigOnly", arguments.flag("config-only")},
                      {"Scope", arguments.text("scope")},
                      {"Options", object_of(arguments.list("opt"))},
                      {"Labels", object_of(arguments.list("label"))}};
    if (arguments.has("ipv4")) body["EnableIPv4"] = arguments.flag("ipv4");
    if (arguments.has("ipv6")) body["EnableIPv6"] = arguments.flag("ipv6");
    if (arguments.has("config-from"))
        body["ConfigFrom"] = json::Object{{"Network", arguments.text("config-from")}};
    auto answer = session.client().post("/networks/create", body);
    if (auto warning = string_at(answer, "Warning"); !warning.empty()) session.error("WARNING: " + warning);
    session.print("{}\n", string_at(answer, "Id"));
    return 0;
}

}  // namespace

constinit const Command network_create_command{
    .name = "create",
    .usage = "[OPTIONS] NETWORK",
    .summary = "Create a network",
    .options = options,
    .arity = {1, 1},
    .run = create,
};

}  // namespace dhow::cli
