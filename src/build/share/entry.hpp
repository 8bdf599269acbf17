#pragma once
// One --cache-to or --cache-from, as clients write it: "type=registry,ref=host/name:tag,mode=max".

#include <map>
#include <string>
#include <vector>

namespace dhow::build {

struct CacheEntry {
    std::string type;  ///< "registry", "local", "inline"
    std::map<std::string, std::string> attributes;

    /// An attribute, or "".
    std::string get(const std::string& name) const;
    /// For people: "registry host/name:tag".
    std::string text() const;
    /// @throws InvalidArgument, NotImplemented for what cannot be: nothing is taken and ignored
    void check_export() const;
    void check_import() const;
};

/// JSON as BuildKit's clients send it: [{"Type": "registry", "Attrs": {"ref": "..."}}]. Members may be in
/// lower case. @throws InvalidArgument
std::vector<CacheEntry> read_cache_entries(const std::string& json);

}  // namespace dhow::build
