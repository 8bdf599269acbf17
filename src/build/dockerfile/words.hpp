#pragma once
// The words of an instruction: quotes, escapes, and variables with every modifier.
// Source: Dockerfile reference, "Environment replacement"; POSIX 2.6.2 for the modifiers.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::build::dockerfile {

/// A variable's value; none when it is not set.
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// Expands `$name`, `${name}`, `${name:-word}` `:+` `:?` (and each without the colon), `${name#pattern}` `##`
/// `%` `%%`, `${name/pattern/text}` and `//`. Throws InvalidArgument in BuildKit's words.
class Expander {
  public:
    Expander(char escape, Lookup lookup) : escape_(escape), lookup_(std::move(lookup)) {}

    /// Quotes stay as they are, and so do the backslashes between them: for the text of a here-document.
    void keep_quotes() { keep_quotes_ = true; }
    /// What is not set stays as it was written, instead of becoming nothing.
    void keep_unset() { keep_unset_ = true; }

    /// The text as one word: quotes and escapes removed.
    std::string word(std::string_view text) const;
    /// The text as words: blanks part them, also those in a variable's value, but not those in quotes.
    std::vector<std::string> words(std::string_view text) const;

  private:
    friend class Expansion;
    char escape_;
    Lookup lookup_;
    bool keep_quotes_ = false;
    bool keep_unset_ = false;
};

/// Parts a line into words as they were written, with their quotes and escapes.
std::vector<std::string> raw_words(std::string_view line, char escape);

/// Takes the words that begin with "--" off the front of a line, quotes and escapes removed. "--" alone ends
/// them. @return what follows
std::string_view take_flags(std::string_view line, char escape, std::vector<std::string>& flags);

/// Whether a shell's pattern (`*`, `?`, `\`) fits the whole of a text.
bool fits_pattern(std::string_view pattern, std::string_view text);

}  // namespace dhow::build::dockerfile
