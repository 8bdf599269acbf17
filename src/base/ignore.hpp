#pragma once
// `.dockerignore`: which files of a context are left out.
// Source: Dockerfile reference, ".dockerignore file"; the patterns are those of Go's filepath.Match, with
// `**` for any number of folders.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dhow {

/// Whether one pattern fits a whole path ("a/b"). `*` and `?` do not cross a '/'; `[a-z]`, `[^a-z]` and `\`
/// as in Go; `**` any number of folders, none included. Linear in the product of both lengths.
/// @throws InvalidArgument "syntax error in pattern"
bool match_path(std::string_view pattern, std::string_view path);

struct CompiledPattern;

class IgnoreRules {
  public:
    IgnoreRules() = default;
    /// Reads a file: one pattern a line, `#` in its first column is a comment, `!` makes an exception.
    /// @throws InvalidArgument for a pattern that is malformed
    static IgnoreRules parse(std::string_view text);
    /// The same of patterns that are apart already.
    static IgnoreRules of(const std::vector<std::string>& patterns);

    bool empty() const { return rules_.empty(); }

    /// Whether a path ("a/b", relative, without ".") is left out. The last rule that fits it, or a folder
    /// above it, decides.
    bool ignores(std::string_view path) const;

    /// Whether something below a folder that is left out may still be wanted.
    bool may_hold_exceptions(std::string_view folder) const;

  private:
    struct Rule {
        std::string pattern;
        std::shared_ptr<const CompiledPattern> compiled;
        bool exception = false;
    };
    void add(std::string_view line);
    std::vector<Rule> rules_;
    bool has_exceptions_ = false;
};

/// path.Clean of Go for a relative or absolute path: "a//b/../c/" -> "a/c", "" -> ".".
std::string clean_path(std::string_view path);

}  // namespace dhow
