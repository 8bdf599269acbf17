// Words with variables, quotes and escapes, and the patterns in them. The first byte chooses the escape.

#include "base/error.hpp"
#include "build/dockerfile/words.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    namespace lang = dhow::build::dockerfile;
    char escape = data[0] % 2 == 0 ? '\\' : '`';
    std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    auto lookup = [](std::string_view name) -> std::optional<std::string> {
        if (name == "none") return std::nullopt;
        return name == "empty" ? "" : "a/b.c*" + std::string(name);
    };
    for (bool keeps : {false, true}) {
        lang::Expander expander(escape, lookup);
        if (keeps) {
            expander.keep_quotes();
            expander.keep_unset();
        }
        try {
            expander.word(text);
            expander.words(text);
        } catch (const dhow::InvalidArgument&) {
        }
    }
    std::vector<std::string> flags;
    try {
        lang::take_flags(text, escape, flags);
        lang::raw_words(text, escape);
    } catch (const dhow::InvalidArgument&) {
    }
    auto half = text.size() / 2;
    lang::fits_pattern(text.substr(0, half), text.substr(half));
    return 0;
}
