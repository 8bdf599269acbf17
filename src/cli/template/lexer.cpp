#include "cli/template/lexer.hpp"

#include <algorithm>

namespace dhow::cli::tmpl {

namespace {

constexpr std::string_view blanks = " \t\r\n";

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }

class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_(text) {}

    std::vector<Token> run() {
        while (at_ < text_.size()) {
            auto open = text_.find("{{", at_);
            bool trims = open != std::string_view::npos && is_trim_marker(open + 2);
            add_text(open, trims);
            if (open == std::string_view::npos) break;
            at_ = open + (trims ? 3 : 2);
            auto after_blanks = trims ? std::min(text_.find_first_not_of(blanks, at_), text_.size()) : at_;
            if (text_.substr(after_blanks).starts_with("/*"))
                comment(after_blanks);
            else
                action(open);
        }
        tokens_.push_back({TokenKind::end, "", text_.size()});
        return std::move(tokens_);
    }

  private:
    [[noreturn]] void fail(std::string_view what) const {
        throw TemplateError(
            fmt::format("template: :{}: {}", line_of(text_, std::min(at_, text_.size())), what));
    }

    /// "{{- " trims the text in front of it.
    bool is_trim_marker(std::size_t at) const {
        return at + 1 < text_.size() && text_[at] == '-' &&
               blanks.find(text_[at + 1]) != std::string_view::npos;
    }

    void add_text(std::size_t open, bool trims_right) {
        auto piece = text_.substr(at_, open == std::string_view::npos ? open : open - at_);
        auto position = at_;
        if (trim_next_) {
            auto first = std::min(piece.find_first_not_of(blanks), piece.size());
            piece.remove_prefix(first);
        }
        trim_next_ = false;
        if (trims_right) {
            auto last = piece.find_last_not_of(blanks);
            piece = piece.substr(0, last == std::string_view::npos ? 0 : last + 1);
        }
        if (!piece.empty()) tokens_.push_back({TokenKind::text, std::string(piece), position});
    }

    /// At the end of an action: "}}", or " -}}", which trims the text behind it.
    bool at_close(std::size_t& length) const {
        auto rest = text_.substr(at_);
        if (rest.starts_with("}}")) {
            length = 2;
            return true;
        }
        length = 4;
        return rest.size() >= 4 && blanks.find(rest[0]) != std::string_view::npos &&
               rest.substr(1).starts_with("-}}");
    }

    void comment(std::size_t begin) {
        auto end = text_.find("*/", begin);
        if (end == std::string_view::npos) fail("unclosed comment");
        at_ = end + 2;
        std::size_t length = 0;
        if (!at_close(length)) fail("comment ends before closing delimiter");
        trim_next_ = length == 4;
        at_ += length;
    }

    void action(std::size_t open) {
        add(TokenKind::open, "", open);
        int parentheses = 0;
        std::size_t length = 0;
        while (!at_close(length)) {
            if (at_ >= text_.size()) fail("unclosed action");
            char c = text_[at_];
            if (c == '(') ++parentheses;
            if (c == ')' && --parentheses < 0) fail("unexpected right paren");
            token(c);
        }
        if (parentheses) fail("unclosed left paren");
        add(TokenKind::close, "", at_);
        trim_next_ = length == 4;
        at_ += length;
    }

    void add(TokenKind kind, std::string value, std::size_t position, std::string source = {}) {
        tokens_.push_back({kind, std::move(value), position, std::move(source)});
    }

    void token(char c) {
        auto begin = at_;
        if (blanks.find(c) != std::string_view::npos) {
            std::size_t length = 0;
            while (at_ < text_.size() && blanks.find(text_[at_]) != std::string_view::npos &&
                   !at_close(length))
                ++at_;
            return add(TokenKind::space, " ", begin);
        }
        if (is_letter(c)) return add(TokenKind::identifier, word(), begin);
        if (c == '$') {
            ++at_;
            return add(TokenKind::variable, "$" + word(), begin);
        }
        bool signed_number = (c == '-' || c == '+') && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]);
        if (is_digit(c) || signed_number || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])))
            return number(begin);
        if (c == '.') {
            ++at_;
            auto name = word();
            return name.empty() ? add(TokenKind::dot, ".", begin) : add(TokenKind::field, name, begin);
        }
        if (c == '"' || c == '\'') return quoted(c);
        if (c == '`') return raw_string();
        symbol(c);
    }

    void symbol(char c) {
        auto begin = at_++;
        if (c == '|') return add(TokenKind::pipe, "|", begin);
        if (c == '(') return add(TokenKind::left, "(", begin);
        if (c == ')') return add(TokenKind::right, ")", begin);
        if (c == ',') return add(TokenKind::comma, ",", begin);
        if (c == '=') return add(TokenKind::assign, "=", begin);
        if (c == ':') {
            if (at_ < text_.size() && text_[at_] == '=') {
                ++at_;
                return add(TokenKind::declare, ":=", begin);
            }
            fail("expected :=");
        }
        fail(fmt::format("unexpected bad character U+{:04X} '{}' in command", static_cast<unsigned char>(c),
                         c));
    }

    std::string word() {
        auto begin = at_;
        while (at_ < text_.size() && is_alphanumeric(text_[at_])) ++at_;
        return std::string(text_.substr(begin, at_ - begin));
    }

    void number(std::size_t begin) {
        if (text_[at_] == '-' || text_[at_] == '+') ++at_;
        while (at_ < text_.size() && (is_alphanumeric(text_[at_]) || text_[at_] == '.')) ++at_;
        std::string value(text_.substr(begin, at_ - begin));
        add(TokenKind::number, value, begin, value);
    }

    void raw_string() {
        auto begin = at_;
        auto end = text_.find('`', at_ + 1);
        if (end == std::string_view::npos) fail("unterminated raw quoted string");
        at_ = end + 1;
        add(TokenKind::string, std::string(text_.substr(begin + 1, end - begin - 1)), begin,
            std::string(text_.substr(begin, at_ - begin)));
    }

    void quoted(char delimiter) {
        auto begin = at_++;
        std::string value;
        while (true) {
            if (at_ >= text_.size() || text_[at_] == '\n')
                fail(delimiter == '"' ? "unterminated quoted string" : "unterminated character constant");
            char c = text_[at_++];
            if (c == delimiter) break;
            if (c == '\\')
                escape(value);
            else
                value += c;
        }
        std::string source(text_.substr(begin, at_ - begin));
        if (delimiter == '"') return add(TokenKind::string, std::move(value), begin, std::move(source));
        if (value.empty()) fail("malformed character constant: ''");
        add(TokenKind::number, std::to_string(static_cast<unsigned char>(value[0])), begin,
            std::move(source));
    }

    void escape(std::string& value) {
        if (at_ >= text_.size()) fail("unterminated quoted string");
        char c = text_[at_++];
        constexpr std::string_view letters = "abfnrtv\\\"'";
        constexpr std::string_view meanings = "\a\b\f\n\r\t\v\\\"'";
        if (auto index = letters.find(c); index != std::string_view::npos) {
            value += meanings[index];
            return;
        }
        int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (!digits) fail("invalid syntax");
        auto code =
            static_cast<std::uint32_t>(std::stoul("0" + std::string(text_.substr(at_, digits)), nullptr, 16));
        at_ += static_cast<std::size_t>(digits);
        append_code_point(value, code, digits == 2);
    }

    static void append_code_point(std::string& value, std::uint32_t code, bool byte) {
        if (byte || code < 0x80) {
            value += static_cast<char>(code);
        } else if (code < 0x800) {
            value += static_cast<char>(0xc0 | code >> 6);
            value += static_cast<char>(0x80 | (code & 0x3f));
        } else if (code < 0x10000) {
            value += static_cast<char>(0xe0 | code >> 12);
            value += static_cast<char>(0x80 | (code >> 6 & 0x3f));
            value += static_cast<char>(0x80 | (code & 0x3f));
        } else {
            value += static_cast<char>(0xf0 | code >> 18);
            value += static_cast<char>(0x80 | (code >> 12 & 0x3f));
            value += static_cast<char>(0x80 | (code >> 6 & 0x3f));
            value += static_cast<char>(0x80 | (code & 0x3f));
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool trim_next_ = false;
    std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text) { return Lexer(text).run(); }

std::size_t line_of(std::string_view text, std::size_t position) {
    auto front = text.substr(0, position);
    return 1 + static_cast<std::size_t>(std::ranges::count(front, '\n'));
}

}  // namespace dhow::cli::tmpl
