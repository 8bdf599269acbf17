#include "oci/reference.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/error.hpp"

namespace dhow::oci {

namespace {

constexpr std::string_view default_domain = "docker.io";
constexpr std::string_view old_domain = "index.docker.io";
constexpr std::string_view official = "library/";
constexpr std::size_t longest_name = 255;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

[[noreturn]] void bad_format() { throw InvalidArgument("invalid reference format"); }

/// [a-z0-9]+(([_.]|__|-+)[a-z0-9]+)*
bool is_path_component(std::string_view text) {
    if (text.empty() || !is_lower_or_digit(text.front()) || !is_lower_or_digit(text.back())) return false;
    for (std::size_t i = 0; i < text.size();) {
        if (is_lower_or_digit(text[i])) {
            ++i;
            continue;
        }
        auto end = std::min(text.find_first_not_of(text[i], i), text.size());
        auto length = end - i;
        bool allowed = text[i] == '-' || (text[i] == '.' && length == 1) || (text[i] == '_' && length <= 2);
        if (!allowed) return false;
        if (!is_lower_or_digit(text[end])) return false;
        i = end;
    }
    return true;
}

template <typename Check>
bool all_parts(std::string_view text, char separator, Check check) {
    for (std::size_t start = 0; start <= text.size();) {
        auto end = std::min(text.find(separator, start), text.size());
        if (!check(text.substr(start, end - start))) return false;
        start = end + 1;
    }
    return true;
}

bool is_host_label(std::string_view text) {
    return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) &&
           std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '-'; });
}

/// A host name, IPv4 or bracketed IPv6 address, with an optional port.
bool is_domain(std::string_view text) {
    std::string_view host = text, port;
    if (text.starts_with('[')) {
        auto end = text.find(']');
        if (end == text.npos || end == 1) return false;
        auto address = text.substr(1, end - 1);
        if (!std::ranges::all_of(address, [](unsigned char c) { return std::isxdigit(c) || c == ':'; }))
            return false;
        if (end + 1 == text.size()) return true;
        if (text[end + 1] != ':') return false;
        port = text.substr(end + 2);
    } else {
        if (auto colon = text.find(':'); colon != text.npos) {
            host = text.substr(0, colon);
            port = text.substr(colon + 1);
            if (port.empty()) return false;
        }
        if (!all_parts(host, '.', is_host_label)) return false;
        if (host.size() == text.size()) return true;
    }
    return !port.empty() && std::ranges::all_of(port, [](unsigned char c) { return std::isdigit(c); });
}

bool is_tag(std::string_view text) {
    return !text.empty() && text.size() <= 128 && (is_alnum(text[0]) || text[0] == '_') &&
           std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
}

/// docker's rule of what the first part of a name must be to mean a host.
bool looks_like_domain(std::string_view first) {
    bool upper = std::ranges::any_of(first, [](unsigned char c) { return std::isupper(c); });
    return first.find_first_of(".:") != first.npos || first == "localhost" || upper;
}

/// Splits what was written into domain and path, and puts the defaults in.
std::pair<std::string, std::string> split_domain(std::string_view name) {
    auto slash = name.find('/');
    auto first = name.substr(0, slash);
    bool has_domain = slash != name.npos && looks_like_domain(first);
    std::string domain(has_domain ? first : default_domain);
    std::string path(has_domain ? name.substr(slash + 1) : name);
    if (domain == old_domain) domain = default_domain;
    if (domain == default_domain && path.find('/') == path.npos) path.insert(0, official);
    return {std::move(domain), std::move(path)};
}

}  // namespace

void check_tag(std::string_view tag) {
    if (!is_tag(tag)) throw InvalidArgument("invalid tag format");
}

Reference Reference::parse(std::string_view text) {
    if (text.empty()) bad_format();
    if (text.size() == 64 && is_hex(text))
        throw InvalidArgument("invalid repository name ({}), cannot specify 64-byte hexadecimal strings",
                              text);
    Reference reference;
    std::string_view rest = text;
    if (auto at = rest.find('@'); at != rest.npos) {
        auto digest = Digest::find(rest.substr(at + 1));
        if (!digest) bad_format();
        reference.digest = *digest;
        rest = rest.substr(0, at);
    }
    // A colon after the last slash parts the tag; one before it is a port.
    auto slash = rest.rfind('/');
    auto colon = rest.find(':', slash == rest.npos ? 0 : slash);
    if (colon != rest.npos) {
        reference.tag = rest.substr(colon + 1);
        rest = rest.substr(0, colon);
        if (!is_tag(reference.tag)) bad_format();
    }
    std::tie(reference.domain, reference.path) = split_domain(rest);
    if (std::ranges::any_of(reference.path, [](unsigned char c) { return std::isupper(c); }))
        throw InvalidArgument("invalid reference format: repository name ({}) must be lowercase",
                              reference.path);
    if (!is_domain(reference.domain) || !all_parts(reference.path, '/', is_path_component)) bad_format();
    if (reference.path.size() > longest_name)
        throw InvalidArgument("repository name must not be more than {} characters", longest_name);
    return reference;
}

std::string Reference::full() const {
    std::string result = name();
    if (!tag.empty()) result += ":" + tag;
    if (digest) result += "@" + digest->text();
    return result;
}

std::string Reference::familiar_name() const {
    // "docker.io/host.name/x" without its domain would be read as another host's.
    if (domain != default_domain || looks_like_domain(path.substr(0, path.find('/')))) return name();
    return path.starts_with(official) && path.find('/', official.size()) == path.npos
               ? path.substr(official.size())
               : path;
}

std::string Reference::familiar() const {
    std::string result = familiar_name();
    if (!tag.empty()) result += ":" + tag;
    if (digest) result += "@" + digest->text();
    return result;
}

Reference Reference::with_default_tag() const {
    Reference result = *this;
    if (result.tag.empty() && !result.digest) result.tag = "latest";
    return result;
}

namespace {

[[noreturn]] void bad_pattern() { throw InvalidArgument("syntax error in pattern"); }

/// Takes one character of a class, which a backslash may quote.
char class_character(std::string_view& pattern) {
    if (pattern.empty() || pattern[0] == '-' || pattern[0] == ']') bad_pattern();
    if (pattern[0] == '\\') {
        pattern.remove_prefix(1);
        if (pattern.empty()) bad_pattern();
    }
    char c = pattern[0];
    pattern.remove_prefix(1);
    if (pattern.empty()) bad_pattern();
    return c;
}

/// `pattern` stands behind the '['; gives whether `c` is in the class and moves behind the ']'.
bool match_class(std::string_view& pattern, char c) {
    bool negated = !pattern.empty() && pattern[0] == '^';
    if (negated) pattern.remove_prefix(1);
    bool found = false;
    for (bool first = true;; first = false) {
        if (!pattern.empty() && pattern[0] == ']' && !first) break;
        char low = class_character(pattern), high = low;
        if (pattern[0] == '-') {
            pattern.remove_prefix(1);
            high = class_character(pattern);
        }
        if (low <= c && c <= high) found = true;
    }
    pattern.remove_prefix(1);
    return found != negated;
}

/// Matches up to the next '*' at the start of `text`; moves both on where it fits.
bool match_chunk(std::string_view& pattern, std::string_view& text) {
    while (!pattern.empty() && pattern[0] != '*') {
        if (text.empty()) return false;
        char c = text[0];
        if (pattern[0] == '[') {
            pattern.remove_prefix(1);
            if (!match_class(pattern, c)) return false;
            text.remove_prefix(1);
            continue;
        }
        if (pattern[0] == '?') {
            if (c == '/') return false;
        } else {
            if (pattern[0] == '\\') {
                pattern.remove_prefix(1);
                if (pattern.empty()) bad_pattern();
            }
            if (pattern[0] != c) return false;
        }
        pattern.remove_prefix(1);
        text.remove_prefix(1);
    }
    return true;
}

}  // namespace

bool match_pattern(std::string_view pattern, std::string_view text) {
    // The last '*' met, and the text behind what it took so far: on a mismatch it takes one more.
    std::optional<std::pair<std::string_view, std::string_view>> star;
    while (true) {
        if (!pattern.empty() && pattern[0] == '*') {
            pattern.remove_prefix(1);
            star = {pattern, text};
        }
        auto chunk = pattern;
        auto rest = text;
        bool fits = match_chunk(chunk, rest);
        if (fits && chunk.empty() && rest.empty()) return true;
        if (fits && !chunk.empty()) {
            pattern = chunk;
            text = rest;
            continue;
        }
        if (!star || star->second.empty() || star->second[0] == '/') return false;
        star->second.remove_prefix(1);
        std::tie(pattern, text) = *star;
    }
}

bool familiar_match(std::string_view pattern, const Reference& reference) {
    return match_pattern(pattern, reference.familiar()) || match_pattern(pattern, reference.familiar_name());
}

}  // namespace dhow::oci
