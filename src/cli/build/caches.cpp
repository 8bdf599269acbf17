#include "cli/build/caches.hpp"

#include <filesystem>

#include "cli/copy/streams.hpp"

namespace dhow::cli {

namespace {

/// A value without '=' is the name of an image or cache at a registry.
Fields read_entry(const std::string& value) {
    if (value.find('=') == value.npos && value.find(',') == value.npos)
        return {{"type", "registry"}, {"ref", value}};
    return read_fields(value);
}

json::Object as_entry(const Fields& fields) {
    json::Object attributes, entry;
    for (const auto& [key, value] : fields) {
        if (key == "type")
            entry["Type"] = value;
        else
            attributes[key] = value;
    }
    if (!entry.contains("Type"))
        throw InvalidArgument("type is required for a build cache (type=registry,...)");
    entry["Attrs"] = std::move(attributes);
    return entry;
}

bool is_local(const json::Object& entry) { return entry.at("Type").as_string() == "local"; }

}  // namespace

json::Array read_cache_from(const std::vector<std::string>& values, Input& input) {
    json::Array entries;
    for (const auto& value : values) {
        auto entry = as_entry(read_entry(value));
        auto& attributes = entry["Attrs"].as_object();
        if (is_local(entry) && attributes.contains("src")) {
            auto path = std::string(attributes["src"].as_string());
            // As with the others: a cache that is not there yet is no error.
            if (!std::filesystem::exists(path + "/index.json")) continue;
            SentFolder folder{fmt::format("folders/{}", input.folders.size()), path};
            attributes["src"] = "bundle:" + folder.name;
            input.folders.push_back(std::move(folder));
        }
        entries.emplace_back(std::move(entry));
    }
    return entries;
}

CacheTargets read_cache_to(const std::vector<std::string>& values) {
    CacheTargets targets;
    for (const auto& value : values) {
        auto fields = read_entry(value);
        auto entry = as_entry(fields);
        if (!is_local(entry)) {
            targets.at_daemon.emplace_back(std::move(entry));
            continue;
        }
        CacheFolder folder;
        for (const auto& [key, text] : fields) {
            if (key == "dest")
                folder.path = text;
            else if (key == "mode")
                folder.mode = text;
            else if (key == "tag")
                folder.tag = text;
            else if (key != "type")
                throw InvalidArgument(
                    "--cache-to type=local with {} is not available in this release of dhow", key);
        }
        if (folder.path.empty()) throw InvalidArgument("--cache-to type=local needs dest=");
        if (!folder.mode.empty() && folder.mode != "min" && folder.mode != "max")
            throw InvalidArgument("a cache is exported with mode min or max, not \"{}\"", folder.mode);
        targets.folders.push_back(std::move(folder));
    }
    return targets;
}

void receive_cache(Session& session, const CacheFolder& folder, const std::string& image) {
    client::Target target("/build/cache");
    target.add("image", image).add_if(!folder.mode.empty(), "mode", folder.mode);
    target.add_if(!folder.tag.empty(), "tag", folder.tag);
    auto connection = session.client().call({.method = "GET", .target = target.take()});
    extract_body(std::move(connection), folder.path);
}

}  // namespace dhow::cli
