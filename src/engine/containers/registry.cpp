#include "engine/containers/registry.hpp"

#include <algorithm>
#include <cctype>

#include "base/error.hpp"

namespace dhow::engine {

namespace {

std::string_view without_slash(std::string_view name) {
    return name.starts_with('/') ? name.substr(1) : name;
}

}  // namespace

bool valid_name(std::string_view name) {
    auto is_word = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.' || c == '-'; };
    return name.size() >= 2 && std::isalnum(static_cast<unsigned char>(name[0])) &&
           std::ranges::all_of(name, is_word);
}

LivePtr Registry::find_id(const std::string& id) const {
    auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

LivePtr Registry::find(std::string_view name) const {
    name = without_slash(name);
    if (auto container = find_id(std::string(name))) return container;
    if (auto found = ids_by_name_.find(name); found != ids_by_name_.end()) return find_id(found->second);
    if (name.empty()) return nullptr;
    auto first = by_id_.lower_bound(std::string(name));
    if (first == by_id_.end() || !first->first.starts_with(name)) return nullptr;
    auto second = std::next(first);
    if (second != by_id_.end() && second->first.starts_with(name))
        throw InvalidArgument("Multiple IDs found with provided prefix: {}", name);
    return first->second;
}

LivePtr Registry::get(std::string_view name) const {
    if (auto container = find(name)) return container;
    throw NotFound("No such container: {}", without_slash(name));
}

void Registry::require_free(std::string_view name) const {
    auto given = name;
    name = without_slash(name);
    if (!valid_name(name))
        throw InvalidArgument("Invalid container name ({}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
                              given);
    if (auto found = ids_by_name_.find(name); found != ids_by_name_.end())
        throw Conflict(
            "Conflict. The container name \"/{}\" is already in use by container \"{}\". You have to remove "
            "(or "
            "rename) that container to be able to reuse that name.",
            name, found->second);
}

void Registry::add(LivePtr container) {
    ids_by_name_.emplace(container->record.name, container->id());
    by_id_.emplace(container->id(), container);
}

void Registry::rename(Live& container, std::string name) {
    ids_by_name_.erase(container.record.name);
    container.record.name = name;
    ids_by_name_.emplace(std::move(name), container.id());
}

void Registry::remove(const Live& container) {
    auto found = ids_by_name_.find(container.record.name);
    if (found != ids_by_name_.end() && found->second == container.id()) ids_by_name_.erase(found);
    by_id_.erase(container.id());
}

}  // namespace dhow::engine
