#include "cli/format/text.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "base/units.hpp"
#include "cli/format/tabwriter.hpp"

namespace dhow::cli {

std::string short_id(std::string_view id) {
    if (auto colon = id.find(':'); colon != std::string_view::npos) id.remove_prefix(colon + 1);
    return std::string(id.substr(0, 12));
}

std::string ellipsis(std::string_view text, std::size_t width) {
    if (width == 0) return {};
    if (display_width(text) <= width) return std::string(text);
    std::size_t end = 0;
    while (end < text.size()) {
        auto next = end + 1;
        while (next < text.size() && (text[next] & 0xc0) == 0x80) ++next;
        if (display_width(text.substr(0, next)) > width - 1) break;
        end = next;
    }
    return std::string(text.substr(0, end)) + "\u2026";
}

std::string ago(std::int64_t seconds) {
    return human_duration(now() - Timestamp(std::chrono::seconds(seconds))) + " ago";
}

std::string local_time(std::int64_t seconds, std::int64_t nanoseconds) {
    std::tm parts{};
    auto time = static_cast<std::time_t>(seconds);
    ::localtime_r(&time, &parts);
    char text[64];
    char zone[64];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
    std::strftime(zone, sizeof zone, " %z %Z", &parts);
    std::string fraction;
    if (nanoseconds) {
        fraction = fmt::format(".{:09}", nanoseconds);
        fraction.erase(fraction.find_last_not_of('0') + 1);
    }
    return text + fraction + zone;
}

std::string join_pairs(const json::Value* object) {
    std::vector<std::string> pairs;
    if (object && object->is_object())
        for (const auto& [key, value] : object->get_object())
            pairs.push_back(std::string(key) + "=" +
                            (value.is_string() ? std::string(value.get_string().c_str()) : ""));
    std::ranges::sort(pairs);
    return join(pairs, ",");
}

const json::Value* find(const json::Value& document, std::string_view path) {
    const json::Value* current = &document;
    while (current && !path.empty()) {
        auto dot = path.find('.');
        const auto* object = current->if_object();
        current = object ? object->if_contains(path.substr(0, dot)) : nullptr;
        path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    }
    return current;
}

std::string string_at(const json::Value& document, std::string_view path) {
    const auto* value = find(document, path);
    return value && value->is_string() ? std::string(std::string_view(value->get_string())) : std::string();
}

std::int64_t integer_at(const json::Value& document, std::string_view path) {
    const auto* value = find(document, path);
    if (!value) return 0;
    if (value->is_int64()) return value->get_int64();
    if (value->is_uint64())
        return static_cast<std::int64_t>(std::min<std::uint64_t>(value->get_uint64(), INT64_MAX));
    return value->is_double() ? static_cast<std::int64_t>(value->get_double()) : 0;
}

bool bool_at(const json::Value& document, std::string_view path) {
    const auto* value = find(document, path);
    return value && value->is_bool() && value->get_bool();
}

const json::Array& array_at(const json::Value& document, std::string_view path) {
    static const json::Array none;
    const auto* value = find(document, path);
    return value && value->is_array() ? value->get_array() : none;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) text.append(i ? separator : "").append(parts[i]);
    return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        auto at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

}  // namespace dhow::cli
