#include "cli/commands/image_row.hpp"

#include <algorithm>
#include <array>

#include "base/units.hpp"
#include "cli/format/text.hpp"

namespace dhow::cli {

namespace {

constexpr std::array columns{
    Column{"ID", "IMAGE ID"},
    Column{"Repository", "REPOSITORY"},
    Column{"Tag", "TAG"},
    Column{"Digest", "DIGEST"},
    Column{"CreatedSince", "CREATED"},
    Column{"CreatedAt", "CREATED AT"},
    Column{"Size", "SIZE"},
    Column{"Containers", "CONTAINERS"},
    Column{"VirtualSize", "SIZE"},
    Column{"SharedSize", "SHARED SIZE"},
    Column{"UniqueSize", "UNIQUE SIZE"},
};

struct Name {
    std::string repository = "<none>";
    std::string tag = "<none>";
    std::string digest = "<none>";
};

std::string familiar(std::string_view repository) {
    for (std::string_view prefix : {"docker.io/library/", "docker.io/"})
        if (repository.starts_with(prefix)) return std::string(repository.substr(prefix.size()));
    return std::string(repository);
}

std::vector<std::string> strings(const json::Array& array) {
    std::vector<std::string> texts;
    for (const auto& value : array)
        if (value.is_string()) texts.emplace_back(value.get_string().c_str());
    return texts;
}

/// What a row is for: each tag, with the digest of its repository when digests are shown; then digests
/// without a tag.
std::vector<Name> names_of(const json::Value& image, const ImageRows& rows) {
    std::vector<Name> names;
    std::vector<std::pair<std::string, std::string>> digests;
    for (const auto& text : strings(array_at(image, "RepoDigests"))) {
        auto at = text.find('@');
        if (at != std::string::npos && text.substr(0, at) != "<none>")
            digests.emplace_back(familiar(text.substr(0, at)), text.substr(at + 1));
    }
    for (const auto& text : strings(array_at(image, "RepoTags"))) {
        auto colon = text.rfind(':');
        if (colon == std::string::npos || text == "<none>:<none>") continue;
        Name name{familiar(text.substr(0, colon)), text.substr(colon + 1)};
        bool found = false;
        for (const auto& [repository, digest] : digests)
            if (rows.by_digest && repository == name.repository) {
                names.push_back({name.repository, name.tag, digest});
                found = true;
            }
        if (!found) names.push_back(name);
    }
    bool tagged = !names.empty();
    if (!tagged)
        for (const auto& [repository, digest] : digests)
            names.push_back({repository, "<none>", rows.by_digest ? digest : "<none>"});
    if (names.empty()) names.emplace_back();
    if (rows.first_only) names.resize(1);
    return names;
}

}  // namespace

std::span<const Column> image_columns() { return columns; }

ListingKind image_listing(bool digests) {
    return {digests ? "{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{if .CreatedSince "
                      "}}{{.CreatedSince}}{{else}}N/A{{end}}\t{{.Size}}"
                    : "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{if .CreatedSince "
                      "}}{{.CreatedSince}}{{else}}N/A{{end}}\t{{.Size}}",
            "{{.ID}}", columns, "*formatter.imageContext"};
}

void add_image(Listing& listing, const json::Value& image, const ImageRows& rows) {
    auto id = string_at(image, "Id");
    auto created = integer_at(image, "Created");
    auto size = static_cast<double>(integer_at(image, "Size"));
    auto shared = integer_at(image, "SharedSize");
    auto containers = integer_at(image, "Containers");
    const auto* has_shared = find(image, "SharedSize");
    bool knows_shared = has_shared && shared >= 0;
    for (const auto& name : names_of(image, rows)) {
        json::Object row{
            {"ID", rows.shorten ? short_id(id) : id},
            {"Repository", name.repository},
            {"Tag", name.tag},
            {"Digest", name.digest},
            {"CreatedSince", ago(created)},
            {"CreatedAt", local_time(created)},
            {"Size", human_size(size, 3)},
            {"Containers", containers < 0 || !find(image, "Containers") ? "N/A" : std::to_string(containers)},
            {"VirtualSize", human_size(size)},
            {"SharedSize", knows_shared ? human_size(static_cast<double>(shared)) : "N/A"},
            {"UniqueSize", knows_shared ? human_size(size - static_cast<double>(shared)) : "N/A"},
        };
        listing.add(std::move(row));
    }
}

}  // namespace dhow::cli
