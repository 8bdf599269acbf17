// A .dockerignore, and a path of its context: the bytes up to the first zero are the file, what follows is
// the path.

#include "base/ignore.hpp"

#include "base/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    auto end = std::min(text.find('\0'), text.size());
    auto path = dhow::clean_path(text.substr(std::min(end + 1, text.size())));
    // It is clean: cleaning it again changes nothing, and it climbs at its start alone.
    if (dhow::clean_path(path) != path || path.find("//") != path.npos) __builtin_trap();
    if (auto up = path.find("/../"); up != path.npos && !path.starts_with("../")) __builtin_trap();
    try {
        auto rules = dhow::IgnoreRules::parse(text.substr(0, end));
        rules.ignores(path);
        rules.may_hold_exceptions(path);
        if (rules.empty() && rules.ignores(path)) __builtin_trap();
    } catch (const dhow::InvalidArgument&) {
    }
    try {
        dhow::match_path(text.substr(0, end), path);
    } catch (const dhow::InvalidArgument&) {
    }
    return 0;
}
