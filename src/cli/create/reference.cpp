#include "cli/create/reference.hpp"

#include <algorithm>
#include <string>

#include "base/error.hpp"
#include "cli/format/text.hpp"

namespace dhow::cli {

namespace {

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_word(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_hexadecimal(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Letters and digits, between which stand '.', '_', '__' or any number of '-'.
bool is_component(std::string_view text) {
    if (text.empty() || !is_lower_or_digit(text.front()) || !is_lower_or_digit(text.back())) return false;
    for (std::size_t i = 0; i < text.size();) {
        if (is_lower_or_digit(text[i])) {
            ++i;
            continue;
        }
        auto end = std::min(text.find_first_not_of(text[i], i), text.size());
        auto length = end - i;
        bool separator = text[i] == '-' || (text[i] == '.' && length == 1) || (text[i] == '_' && length <= 2);
        if (!separator || !is_lower_or_digit(text[end])) return false;
        i = end;
    }
    return true;
}

bool is_tag(std::string_view text) {
    return !text.empty() && text.size() <= 128 && is_word(text[0]) &&
           std::ranges::all_of(text, [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool is_domain(std::string_view text) {
    return text.find_first_of(".:") != std::string_view::npos || text == "localhost" || lower(text) != text;
}

bool is_digest(std::string_view text) {
    auto colon = text.find(':');
    return colon != std::string_view::npos && colon > 0 && text.size() >= colon + 33 &&
           is_hexadecimal(text.substr(colon + 1));
}

}  // namespace

NamedTag split_tag(std::string_view text) {
    auto slash = text.rfind('/');
    auto colon = text.find(':', slash == std::string_view::npos ? 0 : slash);
    if (colon == std::string_view::npos) return {text, {}};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

std::string full_name(std::string_view text) {
    auto slash = text.find('/');
    if (slash != text.npos && is_domain(text.substr(0, slash))) return std::string(text);
    return (slash == text.npos ? "docker.io/library/" : "docker.io/") + std::string(text);
}

void check_reference(std::string_view text) {
    auto invalid = [] { return InvalidArgument("invalid reference format"); };
    auto name = text;
    if (auto at = name.find('@'); at != std::string_view::npos) {
        if (!is_digest(name.substr(at + 1))) throw invalid();
        name = name.substr(0, at);
    }
    if (auto slash = name.find('/'); slash != std::string_view::npos && is_domain(name.substr(0, slash)))
        name.remove_prefix(slash + 1);
    auto [repository, tag] = split_tag(name);
    auto full =
        (repository.find('/') == std::string_view::npos && name.data() == text.data() ? "library/" : "") +
        std::string(repository);
    if (lower(repository) != repository)
        throw InvalidArgument("invalid reference format: repository name ({}) must be lowercase", full);
    auto components = split(repository, '/');
    bool has_tag = repository.size() != name.size();
    if (!std::ranges::all_of(components, is_component) || (has_tag && !is_tag(tag)) || full.size() > 255)
        throw invalid();
}

void check_image_name(std::string_view text) {
    auto digits = text.starts_with("sha256:") ? text.substr(7) : text;
    bool is_id = is_hexadecimal(digits) && (digits.size() == 64 || digits.size() != text.size());
    if (!is_id) check_reference(text);
}

}  // namespace dhow::cli
