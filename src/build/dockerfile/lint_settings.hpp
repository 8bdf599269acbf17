#pragma once
// What a Dockerfile says of the lint rules themselves.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "build/dockerfile/error.hpp"

namespace dhow::build::dockerfile {

/// The parts of a text, without the blanks around each.
inline std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t start = 0; start <= text.size();) {
        auto end = std::min(text.find(separator, start), text.size());
        parts.emplace_back(trim(text.substr(start, end - start)));
        start = end + 1;
    }
    return parts;
}

/// The directive `check`: `skip=A,B;experimental=C;error=true`
struct LintSettings {
    std::set<std::string> skipped, experimental;
    bool skip_all = false, experimental_all = false;
    bool is_error = false;

    explicit LintSettings(const std::string& directive) {
        if (directive.empty()) return;
        for (const auto& option : split(directive, ';')) {
            auto equals = option.find('=');
            auto key = option.substr(0, equals);
            auto value = equals == option.npos ? "" : option.substr(equals + 1);
            if (key == "skip")
                for (auto& rule : split(value, ',')) skipped.insert(rule);
            else if (key == "experimental")
                for (auto& rule : split(value, ',')) experimental.insert(rule);
            else if (key == "error" && (value == "true" || value == "false"))
                is_error = value == "true";
            else
                throw DockerfileError({}, fmt::format("invalid check option \"{}\"", option), option);
        }
        skip_all = skipped.contains("all");
        experimental_all = experimental.contains("all");
    }

    bool wants(std::string_view rule) const {
        std::string name(rule);
        if (rule == "InvalidDefinitionDescription") return experimental_all || experimental.contains(name);
        return !skip_all && !skipped.contains(name);
    }
};

}  // namespace dhow::build::dockerfile
