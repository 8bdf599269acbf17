#include "oci/image_config.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "oci/image_config_json.hpp"

namespace dhow::oci {

void NameSet::insert(std::string name) {
    auto place = std::ranges::lower_bound(names, name);
    if (place == names.end() || *place != name) names.insert(place, std::move(name));
}

ImageConfig ImageConfig::parse(std::string_view text) {
    auto config = json::read<ImageConfig>(text);
    if (config.rootfs.type != "layers")
        throw InvalidArgument("invalid image config: rootfs of type \"{}\"", config.rootfs.type);
    for (const auto& digest : config.rootfs.diff_ids)
        if (!digest || digest.algorithm() != "sha256")
            throw InvalidArgument("invalid image config: a diff id that is no sha256 digest");
    auto layers =
        std::ranges::count_if(config.history, [](const History& entry) { return !entry.empty_layer; });
    if (static_cast<std::size_t>(layers) > config.rootfs.diff_ids.size())
        throw InvalidArgument("invalid image config: history names {} layers, rootfs {}", layers,
                              config.rootfs.diff_ids.size());
    return config;
}

}  // namespace dhow::oci

namespace dhow::json {

oci::NameSet Custom<oci::NameSet>::from(const Value& value) {
    const Object* object = value.if_object();
    if (!object) throw InvalidArgument("expected an object");
    oci::NameSet set;
    for (const auto& [name, ignored] : *object) set.names.emplace_back(name);
    std::ranges::sort(set.names);
    return set;
}

Value Custom<oci::NameSet>::to(const oci::NameSet& set) {
    Object object;
    for (const auto& name : set.names) object.emplace(name, Object{});
    return object;
}

}  // namespace dhow::json
