#include "build/share/entry.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/json.hpp"

namespace dhow::build {

namespace {

void check_names(const CacheEntry& entry, const std::set<std::string>& known, const char* option) {
    for (const auto& [name, value] : entry.attributes)
        if (!known.contains(name))
            throw NotImplemented("{} type={} with {} is not available in this release of dhow", option,
                                 entry.type, name);
}

void require(const CacheEntry& entry, const char* name, const char* option) {
    if (entry.get(name).empty()) throw InvalidArgument("{} type={} needs {}=", option, entry.type, name);
}

/// What can be said of the form in which dhow exports, and be true.
void check_form(const CacheEntry& entry) {
    auto compression = entry.get("compression");
    const char* own = entry.type == "local" ? "uncompressed" : "gzip";
    if (!compression.empty() && compression != own)
        throw NotImplemented(
            "--cache-to type={} with compression={} is not available in this release of dhow: "
            "layers are {}",
            entry.type, compression, own);
    for (const char* name : {"oci-mediatypes", "image-manifest"})
        if (auto value = entry.get(name); !value.empty() && value != "true" && value != "1")
            throw NotImplemented("--cache-to type={} with {}={} is not available in this release of dhow",
                                 entry.type, name, value);
}

}  // namespace

std::string CacheEntry::get(const std::string& name) const {
    auto found = attributes.find(name);
    return found == attributes.end() ? "" : found->second;
}

std::string CacheEntry::text() const {
    for (const char* name : {"ref", "dest", "src"})
        if (auto value = get(name); !value.empty()) return type + " " + value;
    return type;
}

void CacheEntry::check_export() const {
    const char* option = "--cache-to";
    if (type == "inline") return check_names(*this, {"mode"}, option);
    if (type != "registry" && type != "local")
        throw NotImplemented(
            "{} type={} is not available in this release of dhow: use registry, local or inline", option,
            type);
    auto place = type == "local" ? "dest" : "ref";
    require(*this, place, option);
    check_names(*this, {"mode", "compression", "oci-mediatypes", "image-manifest", "tag", place}, option);
    check_form(*this);
    if (auto mode = get("mode"); !mode.empty() && mode != "min" && mode != "max")
        throw InvalidArgument("a cache is exported with mode min or max, not {:?}", mode);
}

void CacheEntry::check_import() const {
    const char* option = "--cache-from";
    if (type != "registry" && type != "local")
        throw NotImplemented("{} type={} is not available in this release of dhow: use registry or local",
                             option, type);
    require(*this, type == "local" ? "src" : "ref", option);
    if (type == "local")
        check_names(*this, {"src", "digest", "tag"}, option);
    else
        check_names(*this, {"ref"}, option);
}

std::vector<CacheEntry> read_cache_entries(const std::string& text) {
    std::vector<CacheEntry> entries;
    if (text.empty() || text == "null") return entries;
    auto value = json::parse(text);
    const auto* list = value.if_array();
    if (!list) throw InvalidArgument("malformed list of build caches");
    for (const auto& item : *list) {
        CacheEntry entry;
        if (const auto* reference = item.if_string()) {
            entry.type = "registry";
            entry.attributes["ref"] = std::string(*reference);
        } else if (const auto* object = item.if_object()) {
            for (const auto& [key, member] : *object) {
                bool is_type = key == "Type" || key == "type";
                if (is_type && member.is_string()) entry.type = std::string(member.as_string());
                if (is_type || !member.is_object()) continue;
                for (const auto& [name, attribute] : member.as_object())
                    if (attribute.is_string())
                        entry.attributes[std::string(name)] = std::string(attribute.as_string());
            }
        }
        if (entry.type.empty()) throw InvalidArgument("malformed list of build caches");
        entries.push_back(std::move(entry));
    }
    return entries;
}

}  // namespace dhow::build
