#pragma once
// A set of names, which the Engine API writes as an object of empty objects: {"80/tcp": {}}.

#include <set>
#include <string>

#include "base/json.hpp"

namespace dhow::engine {

struct NameSet {
    std::set<std::string> names;

    bool empty() const { return names.empty(); }
    bool operator==(const NameSet&) const = default;
};

}  // namespace dhow::engine

template <>
struct dhow::json::Custom<dhow::engine::NameSet> {
    static engine::NameSet from(const Value& value) {
        engine::NameSet set;
        const Object* object = value.if_object();
        if (!object) detail::expected("an object", value);
        for (const auto& [name, nothing] : *object) set.names.emplace(name);
        return set;
    }
    static Value to(const engine::NameSet& set) {
        Object object;
        for (const auto& name : set.names) object.emplace(name, Object());
        return object;
    }
};
