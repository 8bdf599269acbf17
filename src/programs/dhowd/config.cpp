#include "programs/dhowd/config.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "programs/dhowd/settings.hpp"

namespace dhow::daemon {

namespace {

/// Values by the name of the option they are for.
using Given = std::map<std::string_view, std::vector<std::string>>;

const Setting* find_option(std::string_view name) {
    auto found = std::ranges::find(settings(), name, &Setting::option);
    return found == settings().end() ? nullptr : &*found;
}

const Setting* find_letter(char letter) {
    auto found = std::ranges::find(settings(), letter, &Setting::letter);
    return found == settings().end() ? nullptr : &*found;
}

const Setting* find_directive(std::string_view name) {
    if (name.empty()) return nullptr;
    auto found = std::ranges::find(settings(), name, &Setting::directive);
    return found == settings().end() ? nullptr : &*found;
}

Given parse_arguments(const std::vector<std::string>& arguments) {
    Given given;
    for (std::size_t index = 0; index < arguments.size(); ++index) {
        std::string_view word = arguments[index];
        std::optional<std::string> value;
        const Setting* setting = nullptr;
        if (word.starts_with("--")) {
            auto equals = word.find('=');
            if (equals != std::string_view::npos) value = std::string(word.substr(equals + 1));
            setting = find_option(word.substr(2, equals == std::string_view::npos ? equals : equals - 2));
            if (!setting) throw InvalidArgument("unknown flag: {}", word.substr(0, equals));
        } else if (word.starts_with('-') && word.size() >= 2) {
            setting = find_letter(word[1]);
            if (!setting) throw InvalidArgument("unknown shorthand flag: '{}' in {}", word[1], word);
            if (word.size() > 2) value = std::string(word.substr(word[2] == '=' ? 3 : 2));
        } else {
            throw InvalidArgument("\"dhowd\" accepts no arguments: {}", word);
        }
        if (!value && setting->kind == Setting::Kind::flag) value = "true";
        if (!value) {
            if (index + 1 == arguments.size()) throw InvalidArgument("flag needs an argument: {}", word);
            value = arguments[++index];
        }
        given[setting->option].push_back(*value);
    }
    return given;
}

std::string text_of(const json::Value& value) {
    if (value.is_string()) return std::string(std::string_view(value.get_string()));
    if (value.is_bool()) return value.get_bool() ? "true" : "false";
    if (value.is_int64()) return std::to_string(value.get_int64());
    throw InvalidArgument("a text, a number, true or false was expected");
}

/// A directive's value as the words that the option would have taken.
std::vector<std::string> words_of(std::string_view directive, const json::Value& value) {
    std::vector<std::string> words;
    if (const auto* array = value.if_array()) {
        for (const auto& element : *array) {
            const auto* object = element.if_object();
            if (!object) {
                words.push_back(text_of(element));
                continue;
            }
            std::vector<std::string> parts;  // of default-address-pools
            for (const auto& [name, part] : *object)
                parts.push_back(fmt::format("{}={}", std::string_view(name), text_of(part)));
            words.push_back(fmt::format("{}", fmt::join(parts, ",")));
        }
    } else if (const auto* object = value.if_object()) {
        for (const auto& [name, part] : *object) {
            if (directive == "default-ulimits" && part.is_object())
                words.push_back(fmt::format("{}={}:{}", std::string_view(name),
                                            text_of(part.get_object().at("Soft")),
                                            text_of(part.get_object().at("Hard"))));
            else
                words.push_back(fmt::format("{}={}", std::string_view(name), text_of(part)));
        }
    } else {
        words.push_back(text_of(value));
    }
    return words;
}

Given parse_file(const std::string& path, const std::string& text) {
    Given given;
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) return given;
    auto document = json::parse(text);
    const auto* object = document.if_object();
    if (!object) throw InvalidArgument("{}: an object was expected", path);
    json::Object directives = *object;
    // docker's file has the three of proxies in an object of their own.
    if (auto* proxies = directives.if_contains("proxies"); proxies && proxies->is_object()) {
        json::Object inner = proxies->get_object();
        directives.erase("proxies");
        for (auto& [name, value] : inner) directives.insert_or_assign(name, value);
    }
    std::vector<std::string> unknown;
    for (const auto& [name, value] : directives) {
        const auto* setting = find_directive(std::string_view(name));
        if (!setting) {
            unknown.emplace_back(std::string_view(name));
            continue;
        }
        try {
            given[setting->option] = words_of(setting->directive, value);
        } catch (Error& error) {
            error.add_context(setting->directive);
            throw;
        } catch (const std::out_of_range&) {
            throw InvalidArgument("{}: a limit needs Name, Soft and Hard", setting->directive);
        }
    }
    if (!unknown.empty())
        throw InvalidArgument("the following directives don't match any configuration option: {}",
                              fmt::join(unknown, ", "));
    return given;
}

void refuse_both(const Given& flags, const Given& file) {
    std::vector<std::string> conflicts;
    for (const auto& [option, words] : file) {
        auto flag = flags.find(option);
        if (flag == flags.end()) continue;
        conflicts.push_back(fmt::format("{}: (from flag: {}, from file: {})", find_option(option)->directive,
                                        fmt::join(flag->second, " "), fmt::join(words, " ")));
    }
    if (!conflicts.empty())
        throw InvalidArgument(
            "the following directives are specified both as a flag and in the configuration file: {}",
            fmt::join(conflicts, ", "));
}

void apply_given(Config& config, const Given& given) {
    for (const auto& [option, words] : given) {
        const auto* setting = find_option(option);
        for (const auto& word : words) {
            try {
                setting->set(config, word);
            } catch (Error& error) {
                error.add_context(fmt::format("invalid argument \"{}\" for \"--{}\" flag", word, option));
                throw;
            }
        }
    }
}

}  // namespace

Config read_config(const std::vector<std::string>& arguments) {
    Config config;
    auto flags = parse_arguments(arguments);
    apply_given(config, flags);
    std::ifstream file(config.config_file);
    if (!file) {
        if (flags.contains("config-file"))
            throw InvalidArgument("unable to configure the daemon with file {}: no such file or directory",
                                  config.config_file.string());
    } else {
        std::stringstream text;
        text << file.rdbuf();
        try {
            auto directives = parse_file(config.config_file, text.str());
            refuse_both(flags, directives);
            apply_given(config, directives);
        } catch (Error& error) {
            error.add_context(
                fmt::format("unable to configure the daemon with file {}", config.config_file.string()));
            throw;
        }
    }
    if (config.hosts.empty()) config.hosts.emplace_back("unix:///run/dhow.sock");
    config.network.exec_root = config.engine.exec_root;
    // Two daemons on one host have two bridges; so have their firewall tables two names.
    const auto& bridge = config.network.default_bridge.interface;
    if (bridge != network::DefaultBridge{}.interface) config.network.firewall_table = "dhow_" + bridge;
    return config;
}

std::string help_text() {
    std::string text = "Usage:  dhowd [OPTIONS]\n\nA daemon that runs containers.\n\nOptions:\n";
    for (const auto& setting : settings()) {
        std::string left = setting.letter ? fmt::format("  -{}, ", setting.letter) : "      ";
        left += fmt::format("--{}", setting.option);
        if (setting.kind == Setting::Kind::value) left += " string";
        if (setting.kind == Setting::Kind::list) left += " list";
        text += fmt::format("{:<38}{}\n", left, setting.help);
    }
    return text;
}

}  // namespace dhow::daemon
