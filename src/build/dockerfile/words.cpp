#include "build/dockerfile/words.hpp"

#include <algorithm>
#include <cctype>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dhow::build::dockerfile {

namespace {

// Words in words: deeper than this nobody writes, and a stranger could write what exhausts the stack.
constexpr int deepest = 64;
// The longest text that variables of variables may grow to.
constexpr std::size_t longest = 4 << 20;

bool is_blank(char c) { return blanks_and_newline.find(c) != blanks_and_newline.npos; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

}  // namespace

/// One pass over one text.
class Expansion {
  public:
    Expansion(const Expander& expander, std::string_view text) : expander_(expander), text_(text) {}

    std::string run() {
        auto result = until('\0', false);
        close_word();
        return result;
    }
    std::vector<std::string> words() && { return std::move(words_); }

  private:
    bool at_end() const { return at_ >= text_.size(); }
    char peek() const { return at_end() ? '\0' : text_[at_]; }
    char next() { return text_[at_++]; }

    std::string until(char stop, bool raw_escapes);
    std::string single_quoted();
    std::string double_quoted();
    std::string dollar();
    std::string braced();
    std::string modified(std::string_view name, std::string_view from);
    std::string replaced(std::string_view name, std::string_view from);
    std::string cut(char side, std::string pattern, const std::string& value) const;
    std::string_view name();
    std::string written(std::size_t from) const { return std::string(text_.substr(from, at_ - from)); }

    // The words that the result falls into.
    void add(char c);
    void add_raw(std::string_view text);
    void close_word();

    const Expander& expander_;
    std::string_view text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    std::vector<std::string> words_;
    std::string word_;
    bool in_word_ = false;
};

void Expansion::add(char c) {
    if (depth_ > 1) return;  // of a modifier's word: the value that comes out is added
    if (is_blank(c)) return close_word();
    word_ += c;
    in_word_ = true;
}

void Expansion::add_raw(std::string_view text) {
    if (depth_ > 1) return;
    word_ += text;
    in_word_ = true;
}

void Expansion::close_word() {
    if (in_word_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
}

std::string Expansion::until(char stop, bool raw_escapes) {
    if (++depth_ > deepest) throw InvalidArgument("variables are nested too deeply");
    std::string result;
    bool found = false;
    while (!at_end()) {
        char c = peek();
        if (stop != '\0' && c == stop) {
            next();
            found = true;
            break;
        }
        if (c == '$') {
            auto value = dollar();
            for (char part : value) add(part);
            result += value;
        } else if (!expander_.keep_quotes_ && (c == '\'' || c == '"')) {
            next();
            auto quoted = c == '"' ? double_quoted() : single_quoted();
            add_raw(quoted);
            result += quoted;
        } else {
            next();
            bool escapes = c == expander_.escape_ &&
                           (!expander_.keep_quotes_ || peek() == '$' || peek() == expander_.escape_);
            if (!escapes) {
                add(c);
            } else {
                if (raw_escapes) {
                    add_raw({&c, 1});
                    result += c;
                }
                if (at_end()) break;
                c = next();
                add_raw({&c, 1});
            }
            result += c;
        }
        if (result.size() > longest) throw InvalidArgument("the expansion of variables is too long");
    }
    --depth_;
    if (stop != '\0' && !found) throw InvalidArgument("syntax error: missing '{}'", stop);
    return result;
}

std::string Expansion::single_quoted() {
    auto end = text_.find('\'', at_);
    if (end == text_.npos)
        throw InvalidArgument("unexpected end of statement while looking for matching single-quote");
    std::string result(text_.substr(at_, end - at_));
    at_ = end + 1;
    return result;
}

std::string Expansion::double_quoted() {
    std::string result;
    while (!at_end()) {
        char c = peek();
        if (c == '"') {
            next();
            return result;
        }
        if (c == '$') {
            ++depth_;
            result += dollar();
            --depth_;
            continue;
        }
        next();
        if (c == expander_.escape_) {
            if (at_end()) break;
            if (char after = peek(); after == '"' || after == '$' || after == expander_.escape_) c = next();
        }
        result += c;
    }
    throw InvalidArgument("unexpected end of statement while looking for matching double-quote");
}

/// A name, a number, or one of the shell's own, none of which is ever set here.
std::string_view Expansion::name() {
    auto start = at_;
    if (is_digit(peek())) {
        while (is_digit(peek())) next();
    } else if (!at_end() && std::string_view("@*#?-$!").find(peek()) != std::string_view::npos) {
        next();
    } else {
        while (is_name(peek())) next();
    }
    return text_.substr(start, at_ - start);
}

std::string Expansion::dollar() {
    auto from = at_;
    next();
    if (peek() == '{') return braced();
    auto variable = name();
    if (variable.empty()) return "$";
    auto value = expander_.lookup_(variable);
    if (!value && expander_.keep_unset_) return written(from);
    return value.value_or("");
}

std::string Expansion::braced() {
    auto from = at_ - 1;
    next();
    if (at_end()) throw InvalidArgument("syntax error: missing '}}'");
    if (std::string_view("{}:").find(peek()) != std::string_view::npos)
        throw InvalidArgument("syntax error: bad substitution");
    auto variable = name();
    if (at_end()) throw InvalidArgument("syntax error: missing '}}'");
    if (variable.empty()) throw InvalidArgument("syntax error: bad substitution");
    if (peek() == '}') {
        next();
        auto value = expander_.lookup_(variable);
        if (!value && expander_.keep_unset_) return written(from);
        return value.value_or("");
    }
    if (peek() == '/') return replaced(variable, text_.substr(from));
    return modified(variable, text_.substr(from));
}

std::string Expansion::modified(std::string_view variable, std::string_view from) {
    auto start = at_;
    bool empty_is_unset = peek() == ':';
    if (empty_is_unset) next();
    char modifier = at_end() ? '\0' : next();
    bool cuts = modifier == '#' || modifier == '%';
    bool known = cuts || modifier == '+' || modifier == '-' || modifier == '?';
    if (!known || (cuts && empty_is_unset)) {
        auto words = text_.substr(start, at_ - start);
        throw InvalidArgument("unsupported modifier ({}) in substitution", words);
    }
    ++depth_;
    auto word = until('}', cuts);
    --depth_;
    auto value = expander_.lookup_(variable);
    bool missing = !value || (empty_is_unset && value->empty());
    switch (modifier) {
        case '-':
            return missing ? word : *value;
        case '+':
            return missing ? "" : word;
        case '?':
            if (!missing) return *value;
            if (!word.empty()) throw InvalidArgument("{}: {}", variable, word);
            throw InvalidArgument("{}: is not allowed to be {}", variable, value ? "empty" : "unset");
        default:
            if (!value)
                return expander_.keep_unset_
                           ? std::string(
                                 from.substr(0, at_ - static_cast<std::size_t>(from.data() - text_.data())))
                           : "";
            return cut(modifier, std::move(word), *value);
    }
}

/// Takes the shortest (or, with the sign doubled, the longest) part that fits off the front or the back.
std::string Expansion::cut(char side, std::string pattern, const std::string& value) const {
    bool longest_part = pattern.starts_with(side);
    if (longest_part) pattern.erase(0, 1);
    std::string_view view = value;
    for (std::size_t step = 0; step <= view.size(); ++step) {
        std::size_t length = longest_part ? view.size() - step : step;
        auto part = side == '#' ? view.substr(0, length) : view.substr(view.size() - length);
        if (!fits_pattern(pattern, part)) continue;
        return std::string(side == '#' ? view.substr(length) : view.substr(0, view.size() - length));
    }
    return value;
}

std::string Expansion::replaced(std::string_view variable, std::string_view from) {
    next();
    bool all = peek() == '/';
    if (all) next();
    ++depth_;
    auto pattern = until('/', true);
    auto text = until('}', true);
    --depth_;
    auto value = expander_.lookup_(variable);
    if (!value)
        return expander_.keep_unset_
                   ? std::string(from.substr(0, at_ - static_cast<std::size_t>(from.data() - text_.data())))
                   : "";
    std::string result;
    std::string_view rest = *value;
    while (!rest.empty()) {
        std::size_t length = rest.size();
        while (length > 0 && !fits_pattern(pattern, rest.substr(0, length))) --length;
        if (length == 0) {
            result += rest[0];
            rest.remove_prefix(1);
            continue;
        }
        result += text;
        rest.remove_prefix(length);
        if (!all) break;
    }
    return result.append(rest);
}

std::string Expander::word(std::string_view text) const { return Expansion(*this, text).run(); }

std::vector<std::string> Expander::words(std::string_view text) const {
    Expansion expansion(*this, text);
    expansion.run();
    return std::move(expansion).words();
}

std::vector<std::string> raw_words(std::string_view line, char escape) {
    std::vector<std::string> words;
    std::string word;
    char quote = '\0';
    auto close = [&] {
        if (!word.empty()) words.push_back(std::exchange(word, {}));
    };
    for (std::size_t i = 0; i < line.size(); ++i) {
        char c = line[i];
        if (!quote && is_blank(c)) {
            close();
            continue;
        }
        if (c == escape && quote != '\'') {
            if (i + 1 == line.size()) break;
            word += c;
            c = line[++i];
        } else if (quote ? c == quote : (c == '\'' || c == '"')) {
            quote = quote ? '\0' : c;
        }
        word += c;
    }
    close();
    return words;
}

std::string_view take_flags(std::string_view line, char escape, std::vector<std::string>& flags) {
    while (true) {
        line = trim_left(line);
        if (!line.starts_with("--")) return line;
        std::string word;
        char quote = '\0';
        std::size_t i = 0;
        for (; i < line.size(); ++i) {
            char c = line[i];
            if (!quote && is_blank(c)) break;
            if (quote ? c == quote : (c == '\'' || c == '"')) {
                quote = quote ? '\0' : c;
                continue;
            }
            if (c == escape) {
                if (i + 1 == line.size()) continue;
                c = line[++i];
            }
            word += c;
        }
        line.remove_prefix(i);
        if (word == "--") return trim_left(line);
        flags.push_back(std::move(word));
    }
}

bool fits_pattern(std::string_view pattern, std::string_view text) {
    // Where to go on when the last `*` takes one character more.
    std::size_t star = pattern.npos, star_text = 0;
    std::size_t p = 0, t = 0;
    while (t < text.size()) {
        bool escaped = p < pattern.size() && pattern[p] == '\\' && p + 1 < pattern.size();
        if (p < pattern.size() && pattern[p] == '*' && !escaped) {
            star = p++;
            star_text = t;
        } else if (p < pattern.size() &&
                   (escaped ? pattern[p + 1] == text[t] : pattern[p] == '?' || pattern[p] == text[t])) {
            p += escaped ? 2 : 1;
            ++t;
        } else if (star != pattern.npos) {
            p = star + 1;
            t = ++star_text;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

}  // namespace dhow::build::dockerfile
