#include "engine/volume_source.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include "base/error.hpp"

namespace dhow::engine {

bool VolumeSource::is_bind() const {
    return std::ranges::any_of(options, [](const auto& word) { return word == "bind" || word == "rbind"; });
}

void check_volume_options(const std::map<std::string, std::string>& options) {
    if (options.contains("size"))
        throw InvalidArgument("quota size requested but no quota support: dhow's volumes have no size");
    static constexpr std::array<std::string_view, 3> known{"device", "o", "type"};
    for (const auto& [name, value] : options)
        if (std::ranges::find(known, name) == known.end())
            throw InvalidArgument("invalid option: \"{}\"", name);
    if (options.empty()) return;
    for (const char* needed : {"device", "type"})
        if (auto found = options.find(needed); found == options.end() || found->second.empty())
            throw InvalidArgument("missing required option: \"{}\"", needed);
}

VolumeSource volume_source(const Volume& volume) {
    auto option = [&](const char* name) {
        auto found = volume.options.find(name);
        return found == volume.options.end() ? std::string() : found->second;
    };
    VolumeSource source{.type = option("type"), .device = option("device"), .options = {}};
    std::stringstream words(option("o"));
    for (std::string word; std::getline(words, word, ',');)
        if (!word.empty()) source.options.push_back(word);
    return source;
}

}  // namespace dhow::engine
