#include "build/dockerfile/flags.hpp"

namespace dhow::build::dockerfile {

Flags::Flags(const Statement& statement) : statement_(statement) {
    for (std::string_view text : statement.flags) {
        auto equals = text.find('=');
        Flag flag{std::string(text.substr(2, equals == text.npos ? text.npos : equals - 2)), {}};
        if (equals != text.npos) flag.value = text.substr(equals + 1);
        flags_.push_back(std::move(flag));
    }
}

std::vector<std::string> Flags::list(std::string_view name) {
    asked_.push_back(name);
    std::vector<std::string> values;
    for (auto& flag : flags_) {
        if (flag.name != name) continue;
        flag.taken = true;
        if (!flag.value)
            throw DockerfileError(statement_.lines, fmt::format("missing a value on flag: {}", name),
                                  "--" + flag.name);
        values.push_back(*flag.value);
    }
    return values;
}

std::string Flags::text(std::string_view name) {
    auto values = list(name);
    if (values.size() > 1)
        throw DockerfileError(statement_.lines, fmt::format("duplicate flag specified: {}", name),
                              fmt::format("--{}", name));
    return values.empty() ? "" : values.front();
}

std::optional<bool> Flags::boolean(std::string_view name) {
    asked_.push_back(name);
    std::optional<bool> result;
    for (auto& flag : flags_) {
        if (flag.name != name) continue;
        flag.taken = true;
        auto value = flag.value.value_or("true");
        if (value != "true" && value != "false")
            throw DockerfileError(statement_.lines,
                                  fmt::format("expecting boolean value for flag {}, not: {}", name, value),
                                  value);
        result = value == "true";
    }
    return result;
}

void Flags::finish() const {
    for (const auto& flag : flags_) {
        if (flag.taken) continue;
        auto near = nearest(flag.name, asked_);
        throw DockerfileError(statement_.lines, fmt::format("unknown flag: --{}", flag.name),
                              "--" + flag.name, near.empty() ? near : "--" + near);
    }
}

}  // namespace dhow::build::dockerfile
