#include "build/dockerfile/parser.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "build/dockerfile/words.hpp"

namespace dhow::build::dockerfile {

namespace {

// A line longer than this is no Dockerfile.
constexpr std::size_t longest_statement = 1 << 20;

/// The lines of a file, one after the other, without their ends.
class LineReader {
  public:
    explicit LineReader(std::string_view text) : rest_(text) {
        if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    }

    std::optional<std::string_view> next() {
        if (rest_.empty()) return std::nullopt;
        ++number_;
        auto end = rest_.find('\n');
        auto line = rest_.substr(0, end);
        rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        return line;
    }
    int number() const { return number_; }

  private:
    std::string_view rest_;
    int number_ = 0;
};

bool is_comment(std::string_view line) { return trim_left(line).starts_with('#'); }

class Parser {
  public:
    explicit Parser(std::string_view text) : lines_(text) {}

    File run() {
        while (auto line = lines_.next()) {
            if (in_head_ && read_directive(*line)) continue;
            in_head_ = false;
            auto start = trim_left(*line);
            auto comment = start.starts_with('#') ? trim(start.substr(1)) : std::string_view();
            if (!comment.empty())
                comments_.emplace_back(comment);
            else if (start.empty() || start.front() == '#')
                comments_.clear();
            else
                read_statement(start);
        }
        if (file_.statements.empty()) throw DockerfileError({}, "file with no instructions");
        return std::move(file_);
    }

  private:
    bool read_directive(std::string_view line);
    void set_once(std::string& directive, std::string_view key, std::string_view value);
    void read_statement(std::string_view first);
    bool take_continuation(std::string_view& line) const;
    void read_heredocs(Statement& statement);

    LineReader lines_;
    File file_;
    std::string escape_;
    std::vector<std::string> comments_;  // right in front of what comes
    bool in_head_ = true;
};

/// "# key = value" of a known key. Anything else ends the head of the file.
bool Parser::read_directive(std::string_view line) {
    auto text = trim(line);
    if (!text.starts_with('#')) return false;
    text = trim(text.substr(1));
    auto equals = text.find('=');
    if (equals == text.npos) return false;
    std::string key = lower(trim(text.substr(0, equals)));
    auto value = trim(text.substr(equals + 1));
    if (value.empty()) return false;
    if (key == "syntax") {
        set_once(file_.directives.syntax, key, value);
    } else if (key == "check") {
        set_once(file_.directives.check, key, value);
    } else if (key == "escape") {
        set_once(escape_, key, value);
        if (value != "\\" && value != "`")
            throw DockerfileError({lines_.number(), lines_.number()},
                                  fmt::format("invalid escape token '{}' does not match ` or \\", value),
                                  std::string(value));
        file_.directives.escape = value[0];
    } else {
        return false;
    }
    return true;
}

void Parser::set_once(std::string& directive, std::string_view key, std::string_view value) {
    if (!directive.empty())
        throw DockerfileError({lines_.number(), lines_.number()},
                              fmt::format("only one {} parser directive can be used", key), std::string(key));
    directive = value;
}

/// Whether the line goes on in the next: its last character but blanks is an escape that is not escaped.
bool Parser::take_continuation(std::string_view& line) const {
    auto text = trim_right(line, " \t");
    char escape = file_.directives.escape;
    if (!text.ends_with(escape)) return false;
    if (text.size() > 1 && text[text.size() - 2] == escape) return false;
    text.remove_suffix(1);
    line = text;
    return true;
}

void Parser::read_statement(std::string_view first) {
    int begin = lines_.number();
    bool goes_on = take_continuation(first);
    std::string text(first);
    bool empty_line = false;
    while (goes_on) {
        auto line = lines_.next();
        if (!line) break;
        if (is_comment(*line)) continue;
        if (trim(*line).empty()) {
            empty_line = true;
            continue;
        }
        auto part = *line;
        goes_on = take_continuation(part);
        text += part;
        if (text.size() > longest_statement)
            throw DockerfileError({begin, lines_.number()}, "the instruction is longer than 1 MiB");
    }
    if (trim(text).empty()) return;
    if (empty_line) file_.empty_continuations.push_back({lines_.number(), lines_.number()});
    auto statement = parse_statement(text, file_.directives.escape, {begin, lines_.number()});
    statement.comments = std::exchange(comments_, {});
    read_heredocs(statement);
    file_.statements.push_back(std::move(statement));
}

void Parser::read_heredocs(Statement& statement) {
    static constexpr std::string_view with_heredocs[] = {"ADD", "COPY", "RUN"};
    if (std::ranges::find(with_heredocs, statement.keyword) == std::end(with_heredocs)) return;
    if (statement.written.find("<<") == std::string::npos) return;
    statement.heredocs = announced_heredocs(statement.rest, file_.directives.escape);
    for (auto& heredoc : statement.heredocs) {
        bool ended = false;
        while (auto line = lines_.next()) {
            auto end = *line;
            if (heredoc.strip_tabs) end.remove_prefix(std::min(end.find_first_not_of('\t'), end.size()));
            if ((ended = end == heredoc.name)) break;
            heredoc.content.append(*line) += '\n';
        }
        statement.lines.last = lines_.number();
        if (!ended) throw DockerfileError(statement.lines, "unterminated heredoc", "<<" + heredoc.name);
    }
}

}  // namespace

File parse(std::string_view text) { return Parser(text).run(); }

std::string Heredoc::text() const {
    if (!strip_tabs) return content;
    std::string result;
    bool at_start = true;
    for (char c : content) {
        if (at_start && c == '\t') continue;
        at_start = c == '\n';
        result += c;
    }
    return result;
}

Statement parse_statement(std::string_view line, char escape, Lines lines) {
    line = trim(line);
    Statement statement;
    statement.lines = lines;
    statement.written = line;
    auto end = std::min(line.find_first_of(blanks), line.size());
    statement.keyword = upper(line.substr(0, end));
    statement.rest = trim(take_flags(trim(line.substr(end)), escape, statement.flags));
    return statement;
}

std::optional<Heredoc> heredoc_of(std::string_view word, char escape) {
    auto digits = std::min(word.find_first_not_of("0123456789"), word.size());
    Heredoc heredoc;
    for (char digit : word.substr(0, std::min<std::size_t>(digits, 4)))
        heredoc.descriptor = heredoc.descriptor * 10 + (digit - '0');
    word.remove_prefix(digits);
    if (!word.starts_with("<<")) return std::nullopt;
    word.remove_prefix(2);
    heredoc.strip_tabs = word.starts_with('-');
    if (heredoc.strip_tabs) word.remove_prefix(1);
    if (word.empty() || word.find('<') != word.npos) return std::nullopt;
    Expander plain(escape, [](std::string_view) { return std::nullopt; });
    plain.keep_unset();
    std::vector<std::string> names;
    try {
        names = plain.words(word);
    } catch (const InvalidArgument&) {
        return std::nullopt;  // a quote without its end: the shell will say so
    }
    if (names.size() != 1) return std::nullopt;
    heredoc.name = names.front();
    heredoc.expand = heredoc.name == word;
    return heredoc;
}

std::vector<Heredoc> announced_heredocs(std::string_view line, char escape) {
    std::vector<Heredoc> found;
    for (const auto& word : raw_words(line, escape))
        if (auto heredoc = heredoc_of(word, escape)) found.push_back(std::move(*heredoc));
    return found;
}

}  // namespace dhow::build::dockerfile
