// .dockerignore files, and paths to be judged: what follows a zero byte is the path.

#include "base/ignore.hpp"

#include "base/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    auto end = text.find('\0');
    auto path = end == text.npos ? std::string_view("a/b/c.txt") : text.substr(end + 1);
    try {
        auto rules = dhow::IgnoreRules::parse(text.substr(0, end));
        rules.ignores(path);
        rules.may_hold_exceptions(path);
    } catch (const dhow::InvalidArgument&) {
    }
    auto clean = dhow::clean_path(path);
    if (dhow::clean_path(clean) != clean) __builtin_trap();
    return 0;
}
