#pragma once
// A Dockerfile's text becomes statements: a keyword and what follows it, with continuations joined, comments
// gone and here-documents attached. What the words mean is instructions.hpp's business.
// Source: Dockerfile reference, "Format", "Parser directives", "Here-Documents".

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "build/dockerfile/error.hpp"

namespace dhow::build::dockerfile {

/// `<<NAME`, `<<-NAME`, `<<"NAME"`, and the lines up to NAME.
struct Heredoc {
    std::string name;
    std::string content;
    bool expand = true;  ///< the name was not quoted
    bool strip_tabs = false;
    int descriptor = 0;  ///< of `3<<NAME`

    /// The content as it is meant: without leading tabs where `<<-` said so.
    std::string text() const;
};

struct Statement {
    std::string keyword;             ///< upper case: "RUN"
    std::string written;             ///< as it was written, joined to one line: what a build shows
    std::vector<std::string> flags;  ///< "--from=x", quotes and escapes removed
    std::string rest;                ///< what follows the flags, trimmed
    std::vector<Heredoc> heredocs;
    Lines lines;
    std::vector<std::string> comments;  ///< the lines of comment right in front of it, without their "#"
};

/// `# key=value` in front of everything else.
struct Directives {
    char escape = '\\';
    std::string syntax;
    std::string check;
};

struct File {
    Directives directives;
    std::vector<Statement> statements;
    std::vector<Lines> empty_continuations;  ///< where a statement with an empty line in it ends
};

/// @throws DockerfileError
File parse(std::string_view text);

/// One statement of text that has no comments and no continuations, as ONBUILD keeps it.
Statement parse_statement(std::string_view line, char escape, Lines lines);

/// The here-documents that the words of a line announce, without their content.
std::vector<Heredoc> announced_heredocs(std::string_view line, char escape);

/// The word as the announcement of a here-document; none when it is something else.
std::optional<Heredoc> heredoc_of(std::string_view word, char escape);

}  // namespace dhow::build::dockerfile
