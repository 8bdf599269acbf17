#include "base/ignore.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dhow {

namespace {

// As many tokens as a pattern may have: file names are no longer.
constexpr std::size_t longest_pattern = 4096;

/// One step of a pattern.
struct Token {
    enum class Kind { literal, any, star, folders, rest, set };
    Kind kind = Kind::literal;
    char character = 0;
    bool negated = false;
    std::vector<std::pair<char, char>> ranges{};
};

[[noreturn]] void malformed(std::string_view pattern) {
    throw InvalidArgument("syntax error in pattern: \"{}\"", pattern);
}

/// "[a-z]" from the character behind the bracket on.
Token read_set(std::string_view pattern, std::size_t& at) {
    Token token{.kind = Token::Kind::set};
    auto character = [&] {
        if (at < pattern.size() && pattern[at] == '\\') ++at;
        if (at >= pattern.size()) malformed(pattern);
        return pattern[at++];
    };
    token.negated = at < pattern.size() && pattern[at] == '^';
    if (token.negated) ++at;
    while (true) {
        if (at < pattern.size() && pattern[at] == ']' && !token.ranges.empty()) break;
        if (at < pattern.size() && (pattern[at] == '-' || pattern[at] == ']')) malformed(pattern);
        char low = character();
        char high = low;
        if (at < pattern.size() && pattern[at] == '-') {
            ++at;
            high = character();
        }
        token.ranges.emplace_back(low, high);
    }
    ++at;
    return token;
}

std::vector<Token> compile(std::string_view pattern) {
    if (pattern.size() > longest_pattern) malformed(pattern.substr(0, 32));
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < pattern.size();) {
        char c = pattern[at++];
        if (c == '*' && at < pattern.size() && pattern[at] == '*') {
            ++at;
            if (at < pattern.size() && pattern[at] == '/') ++at;
            tokens.push_back({.kind = at == pattern.size() ? Token::Kind::rest : Token::Kind::folders});
        } else if (c == '*') {
            tokens.push_back({.kind = Token::Kind::star});
        } else if (c == '?') {
            tokens.push_back({.kind = Token::Kind::any});
        } else if (c == '[') {
            tokens.push_back(read_set(pattern, at));
        } else {
            if (c == '\\') {
                if (at == pattern.size()) malformed(pattern);
                c = pattern[at++];
            }
            tokens.push_back({.kind = Token::Kind::literal, .character = c});
        }
    }
    return tokens;
}

bool takes(const Token& token, char c) {
    switch (token.kind) {
        case Token::Kind::literal:
            return c == token.character;
        case Token::Kind::any:
            return c != '/';
        case Token::Kind::set: {
            bool inside = false;
            for (auto [low, high] : token.ranges) inside = inside || (low <= c && c <= high);
            return inside != token.negated && c != '/';
        }
        default:
            return false;
    }
}

/// All places in the pattern at once: no pattern makes this slow.
bool matches(const std::vector<Token>& tokens, std::string_view path) {
    // here[i]: the tokens before i fit what was read so far; inside[i]: token i, a `folders`, has begun.
    std::vector<char> here(tokens.size() + 1), next(tokens.size() + 1), inside(tokens.size() + 1);
    here[0] = 1;
    auto skip_empty = [&](std::vector<char>& states) {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            auto kind = tokens[i].kind;
            bool may_be_empty =
                kind == Token::Kind::star || kind == Token::Kind::folders || kind == Token::Kind::rest;
            if (states[i] && may_be_empty) states[i + 1] = 1;
        }
    };
    skip_empty(here);
    for (char c : path) {
        std::fill(next.begin(), next.end(), 0);
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            auto kind = tokens[i].kind;
            if (kind == Token::Kind::folders) {
                // It takes anything that ends with a '/'.
                if (here[i] || inside[i]) {
                    inside[i] = 1;
                    if (c == '/') next[i + 1] = 1;
                }
                continue;
            }
            if (!here[i]) continue;
            if (kind == Token::Kind::rest)
                next[i] = next[i + 1] = 1;
            else if (kind == Token::Kind::star) {
                if (c != '/') next[i] = 1;
            } else if (takes(tokens[i], c))
                next[i + 1] = 1;
        }
        skip_empty(next);
        here.swap(next);
    }
    return here[tokens.size()] != 0;
}

/// "**name", with nothing special in the name: Go's matcher compares the end of the path.
bool is_suffix_pattern(std::string_view pattern) {
    return pattern.size() > 2 && pattern.starts_with("**") &&
           pattern.substr(2).find_first_of("*?[\\") == pattern.npos;
}

}  // namespace

struct CompiledPattern {
    explicit CompiledPattern(std::string_view pattern) : tokens(compile(pattern)) {
        if (is_suffix_pattern(pattern)) suffix = pattern.substr(2);
    }

    bool fits(std::string_view path) const {
        if (!suffix.empty()) return path.ends_with(suffix) || (suffix[0] == '/' && path == suffix.substr(1));
        return matches(tokens, path);
    }

    std::vector<Token> tokens;
    std::string suffix;
};

bool match_path(std::string_view pattern, std::string_view path) {
    return CompiledPattern(pattern).fits(path);
}

std::string clean_path(std::string_view path) {
    bool rooted = path.starts_with('/');
    std::vector<std::string_view> parts;
    std::size_t ups = 0;
    for (std::size_t start = 0; start < path.size();) {
        auto end = std::min(path.find('/', start), path.size());
        auto part = path.substr(start, end - start);
        start = end + 1;
        if (part.empty() || part == ".") continue;
        if (part != "..") {
            parts.push_back(part);
        } else if (parts.size() > ups) {
            parts.pop_back();
        } else if (!rooted) {
            parts.push_back(part);
            ++ups;
        }
    }
    std::string clean = rooted ? "/" : "";
    for (std::size_t i = 0; i < parts.size(); ++i) clean.append(i ? "/" : "").append(parts[i]);
    return clean.empty() ? "." : clean;
}

void IgnoreRules::add(std::string_view line) {
    line = trim(line);
    if (line.empty()) return;
    Rule rule;
    rule.exception = line[0] == '!';
    if (rule.exception) line = trim(line.substr(1));
    if (line.empty()) throw InvalidArgument("illegal exclusion pattern: \"!\"");
    rule.pattern = clean_path(line);
    if (rule.pattern.size() > 1 && rule.pattern[0] == '/') rule.pattern.erase(0, 1);
    rule.compiled = std::make_shared<const CompiledPattern>(rule.pattern);
    has_exceptions_ = has_exceptions_ || rule.exception;
    rules_.push_back(std::move(rule));
}

IgnoreRules IgnoreRules::parse(std::string_view text) {
    IgnoreRules rules;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    for (std::size_t start = 0; start < text.size();) {
        auto end = std::min(text.find('\n', start), text.size());
        auto line = text.substr(start, end - start);
        start = end + 1;
        if (!line.starts_with('#')) rules.add(line);
    }
    return rules;
}

IgnoreRules IgnoreRules::of(const std::vector<std::string>& patterns) {
    IgnoreRules rules;
    for (const auto& pattern : patterns) rules.add(pattern);
    return rules;
}

bool IgnoreRules::ignores(std::string_view path) const {
    bool ignored = false;
    for (const auto& rule : rules_) {
        if (rule.exception != ignored) continue;
        bool fits = rule.compiled->fits(path);
        for (auto slash = path.find('/'); !fits && slash != path.npos; slash = path.find('/', slash + 1))
            fits = rule.compiled->fits(path.substr(0, slash));
        if (fits) ignored = !rule.exception;
    }
    return ignored;
}

bool IgnoreRules::may_hold_exceptions(std::string_view folder) const {
    if (!has_exceptions_) return false;
    std::string below = std::string(folder) + "/";
    for (const auto& rule : rules_) {
        if (!rule.exception) continue;
        // A pattern with something to match in its folders may lead anywhere.
        auto special = rule.pattern.find_first_of("*?[\\");
        auto literal = std::string_view(rule.pattern).substr(0, special);
        if ((rule.pattern + "/").starts_with(below) || below.starts_with(literal)) return true;
    }
    return false;
}

}  // namespace dhow
