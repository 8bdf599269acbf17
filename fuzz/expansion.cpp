// Words with variables in every form. The first byte chooses the escape and how quotes are taken.

#include "base/error.hpp"
#include "build/dockerfile/words.hpp"

namespace {

using namespace dhow::build::dockerfile;

// What a value may hold of its own must not be taken for syntax: it comes out as it went in.
constexpr std::string_view hostile = "$A ${B:-x} \"q' \\ *";

std::optional<std::string> variables(std::string_view name) {
    if (name == "A") return std::string(hostile);
    if (name == "B") return "b c";
    if (name == "P") return "/x/y.z/w";
    if (name == "EMPTY") return "";
    return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    char escape = data[0] & 1 ? '`' : '\\';
    Expander expander(escape, variables);
    if (data[0] & 2) expander.keep_quotes();
    if (data[0] & 4) expander.keep_unset();
    try {
        expander.word(text);
        expander.words(text);
    } catch (const dhow::InvalidArgument&) {
    }
    if (expander.word("${A}") != hostile) __builtin_trap();
    raw_words(text, escape);
    std::vector<std::string> flags;
    try {
        auto rest = take_flags(text, escape, flags);
        if (rest.size() > text.size()) __builtin_trap();
    } catch (const dhow::InvalidArgument&) {
    }
    fits_pattern(text.substr(0, text.size() / 2), text.substr(text.size() / 2));
    return 0;
}
