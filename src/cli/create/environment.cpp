// --env, --label and their files.

#include <cstdlib>
#include <optional>

#include "base/error.hpp"
#include "cli/create/parts.hpp"
#include "cli/files.hpp"
#include "cli/format/text.hpp"

namespace dhow::cli {

namespace {

constexpr std::string_view blanks = " \t\r\v\f";

/// The lines of an --env-file or --label-file: comments and empty lines are left out, blanks in front as
/// well. A name without a value takes it from `lookup`, and is left out when that has none.
template <typename Lookup>
void add_file(const std::string& path, Lookup lookup, std::vector<std::string>& pairs) {
    auto content = read_file(path);
    std::string_view text = content;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    for (auto line : split(text, '\n')) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        auto first = line.find_first_not_of(blanks);
        if (first == std::string_view::npos) continue;
        line.remove_prefix(first);
        if (line[0] == '#') continue;
        auto equals = line.find('=');
        auto name = line.substr(0, equals);
        if (name.empty())
            throw InvalidArgument("invalid env file ({}): no variable name on line '{}'", path, line);
        if (name.find_first_of(blanks) != std::string_view::npos)
            throw InvalidArgument("invalid env file ({}): variable '{}' contains whitespaces", path, name);
        if (equals != std::string_view::npos)
            pairs.emplace_back(line);
        else if (auto value = lookup(std::string(name)))
            pairs.push_back(std::string(name) + "=" + *value);
    }
}

std::optional<std::string> from_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace

std::vector<std::string> read_environment(const std::vector<std::string>& files,
                                          const std::vector<std::string>& values) {
    std::vector<std::string> variables;
    for (const auto& file : files) add_file(file, from_environment, variables);
    for (const auto& value : values) {
        if (value.find('=') != std::string::npos)
            variables.push_back(value);
        else if (auto known = from_environment(value))
            variables.push_back(value + "=" + *known);
        else
            variables.push_back(value);
    }
    return variables;
}

std::map<std::string, std::string> to_map(const std::vector<std::string>& pairs) {
    std::map<std::string, std::string> result;
    for (const auto& pair : pairs) {
        auto equals = pair.find('=');
        result[pair.substr(0, equals)] = equals == std::string::npos ? "" : pair.substr(equals + 1);
    }
    return result;
}

std::map<std::string, std::string> read_labels(const std::vector<std::string>& files,
                                               const std::vector<std::string>& values) {
    std::vector<std::string> pairs;
    for (const auto& file : files)
        add_file(file, [](const std::string&) { return std::optional<std::string>(); }, pairs);
    pairs.insert(pairs.end(), values.begin(), values.end());
    return to_map(pairs);
}

}  // namespace dhow::cli
