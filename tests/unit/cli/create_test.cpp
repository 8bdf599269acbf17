#include <algorithm>
#include <array>
#include <cstdlib>

#include <gtest/gtest.h>
#include <unistd.h>

#include "cli/create/body.hpp"
#include "cli/create/flags.hpp"
#include "cli/create/parts.hpp"
#include "golden.hpp"

namespace dhow::cli {
namespace {

/// Words as a shell splits them: blanks, quotes, no expansions.
std::vector<std::string> shell_words(std::string_view line) {
    std::vector<std::string> words;
    bool in_word = false;
    char quote = 0;
    for (char c : line) {
        if (quote) {
            if (c == quote)
                quote = 0;
            else
                words.back() += c;
        } else if (c == ' ') {
            in_word = false;
        } else {
            if (!in_word) words.emplace_back();
            in_word = true;
            if (c == '\'' || c == '"')
                quote = c;
            else
                words.back() += c;
        }
    }
    return words;
}

/// Members whose keys are the user's own: an empty value there says something.
bool is_map(std::string_view member) {
    constexpr std::array maps{"Labels",     "Volumes",     "ExposedPorts", "Tmpfs",
                              "Sysctls",    "Annotations", "Config",       "Options",
                              "DriverOpts", "StorageOpt",  "PortBindings", "EndpointsConfig"};
    return std::ranges::find(maps, member) != maps.end();
}

bool is_default(std::string_view member, const json::Value& value) {
    if (member == "MaskedPaths" || member == "ReadonlyPaths") return value.is_null();
    if (member == "ConsoleSize") return true;
    if (value.is_null()) return true;
    if (const auto* flag = value.if_bool()) return !*flag;
    if (value.is_int64()) return value.get_int64() == 0;
    if (value.is_uint64()) return value.get_uint64() == 0;
    if (const auto* text = value.if_string()) return text->empty();
    if (const auto* array = value.if_array()) return array->empty();
    return value.is_object() && value.get_object().empty();
}

/// Without what is the default, and with sorted keys: what remains is what the options said.
json::Value essence(const json::Value& value, bool keeps_all = false) {
    if (const auto* array = value.if_array()) {
        json::Array result;
        for (const auto& element : *array) result.push_back(essence(element));
        return result;
    }
    const auto* object = value.if_object();
    if (!object) return value;
    std::map<std::string, json::Value> sorted;
    for (const auto& [key, member] : *object) {
        auto inner = essence(member, is_map(key));
        // docker sends variables in the order of a hash.
        if (key == "Env" && inner.is_array())
            std::ranges::sort(inner.get_array(), {},
                              [](const json::Value& variable) { return json::dump(variable); });
        if (keeps_all || !is_default(key, inner)) sorted[std::string(key)] = std::move(inner);
    }
    json::Object result;
    for (auto& [key, member] : sorted) result.emplace(key, std::move(member));
    return result;
}

std::string replace_path(std::string text) {
    for (auto at = text.find(CLI_TEST_DATA); at != std::string::npos; at = text.find(CLI_TEST_DATA))
        text.replace(at, std::string_view(CLI_TEST_DATA).size(), "@DATA@");
    return text;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

TEST(CreateBody, IsWhatDockerSends) {
    ASSERT_EQ(::chdir(CLI_TEST_DATA), 0);
    ::setenv("FROM_HOST", "here", 1);
    ::unsetenv("NOT_SET_ANYWHERE");
    auto cases = read_golden("create_golden.txt");
    ASSERT_GT(cases.size(), 80U);
    for (const auto& [given, expected, is_error] : cases) {
        std::string sent;
        bool failed = false;
        try {
            Arguments arguments(container_options);
            auto words = shell_words(given);
            auto used = arguments.parse(words, true);
            if (used < words.size())
                arguments.take({words.begin() + static_cast<std::ptrdiff_t>(used), words.end()});
            sent = json::dump(essence(json::to(create_body(arguments))));
        } catch (const Error& error) {
            sent = first_line(error.message());
            failed = true;
        }
        EXPECT_EQ(failed, is_error) << given << "\n" << sent << "\n" << expected;
        if (failed != is_error) continue;
        EXPECT_EQ(replace_path(sent), is_error ? expected : json::dump(essence(json::parse(expected))))
            << given;
    }
}

TEST(CsvFields, KeepsCommasInsideQuotes) {
    EXPECT_EQ(csv_fields(R"(a=b,"c=d,e","f=""g""")"), (std::vector<std::string>{"a=b", "c=d,e", "f=\"g\""}));
    EXPECT_THROW(csv_fields(R"(a="b")"), InvalidArgument);
    EXPECT_THROW(csv_fields(R"("a)"), InvalidArgument);
}

}  // namespace
}  // namespace dhow::cli
