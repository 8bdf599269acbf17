#include "image/change.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace dhow::image {

namespace {

using oci::ContainerConfig;

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

/// The JSON form ["a", "b"]; none when it is not that, and so meant for a shell.
std::optional<std::vector<std::string>> exec_form(std::string_view text) {
    if (!text.starts_with('[')) return std::nullopt;
    try {
        return json::read<std::vector<std::string>>(text);
    } catch (const InvalidArgument&) {
        return std::nullopt;
    }
}

std::vector<std::string> command(std::string_view text, const ContainerConfig& config) {
    if (auto list = exec_form(text)) return *list;
    std::vector<std::string> words = config.shell;
    if (words.empty()) words = {"/bin/sh", "-c"};
    words.emplace_back(text);
    return words;
}

/// Takes one word off `text`: blanks part words, quotes and backslashes keep them together.
std::string take_word(std::string_view& text, bool keep_going_after_equals) {
    std::string word;
    char quote = 0;
    std::size_t i = 0;
    for (; i < text.size(); ++i) {
        char c = text[i];
        if (quote) {
            if (c == quote) {
                quote = 0;
                continue;
            }
            if (c == '\\' && quote == '"' && i + 1 < text.size() &&
                (text[i + 1] == '"' || text[i + 1] == '\\'))
                c = text[++i];
        } else if (c == '"' || c == '\'') {
            quote = c;
            continue;
        } else if (c == '\\' && i + 1 < text.size()) {
            c = text[++i];
        } else if (is_space(c) || (c == '=' && !keep_going_after_equals)) {
            break;
        }
        word += c;
    }
    if (quote)
        throw InvalidArgument("unexpected end of statement while looking for matching {}-quote",
                              quote == '"' ? "double" : "single");
    text.remove_prefix(i);
    return word;
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (text = trim(text); !text.empty(); text = trim(text)) words.push_back(take_word(text, true));
    return words;
}

/// "K=V K2='a b'" or, the old form, "K all the rest".
std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view text,
                                                          std::string_view instruction) {
    std::string_view rest = text;
    std::string first = take_word(rest, false);
    if (rest.empty() && first == text) throw InvalidArgument("{} must have two arguments", instruction);
    if (!rest.starts_with('=')) return {{first, std::string(trim(rest))}};
    std::vector<std::pair<std::string, std::string>> pairs;
    for (rest = trim(text); !rest.empty(); rest = trim(rest)) {
        std::string key = take_word(rest, false);
        if (!rest.starts_with('='))
            throw InvalidArgument("Syntax error - can't find = in \"{}\". Must be of the form: name=value",
                                  key);
        if (key.empty()) throw InvalidArgument("{} names can not be blank", instruction);
        rest.remove_prefix(1);
        pairs.emplace_back(std::move(key), take_word(rest, true));
    }
    return pairs;
}

void set_env(ContainerConfig& config, const std::string& key, const std::string& value) {
    auto place = std::ranges::find_if(config.env,
                                      [&](const std::string& known) { return known.starts_with(key + "="); });
    if (place == config.env.end())
        config.env.push_back(key + "=" + value);
    else
        *place = key + "=" + value;
}

int parse_port(std::string_view text, std::string_view whole) {
    int port = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port < 1 || port > 65535)
        throw InvalidArgument("Invalid containerPort: {}", whole);
    return port;
}

/// "80", "80/udp", "8000-8010/tcp"
void expose(std::string_view text, ContainerConfig& config) {
    auto slash = text.find('/');
    std::string protocol = slash == text.npos ? "tcp" : lower(text.substr(slash + 1));
    if (protocol != "tcp" && protocol != "udp" && protocol != "sctp")
        throw InvalidArgument("Invalid proto: {}", protocol);
    auto range = text.substr(0, slash);
    auto dash = range.find('-');
    int first = parse_port(range.substr(0, dash), text);
    int last = dash == range.npos ? first : parse_port(range.substr(dash + 1), text);
    if (last < first) throw InvalidArgument("Invalid range specified for the Port: {}", text);
    for (int port = first; port <= last; ++port)
        config.exposed_ports.insert(fmt::format("{}/{}", port, protocol));
}

std::int64_t positive_duration(std::string_view text) {
    auto duration = parse_duration(text);
    if (duration.count() != 0 && duration < std::chrono::milliseconds(1))
        throw InvalidArgument("Interval \"{}\" cannot be less than 1ms", text);
    return duration.count();
}

void set_healthcheck(std::string_view text, ContainerConfig& config) {
    oci::Healthcheck check;
    while (text.starts_with("--")) {
        auto end = std::min(text.find(' '), text.size());
        auto flag = text.substr(2, end - 2);
        text = trim(text.substr(end));
        auto equals = flag.find('=');
        if (equals == flag.npos) throw InvalidArgument("Missing a value on flag: {}", flag);
        auto key = flag.substr(0, equals), value = flag.substr(equals + 1);
        if (key == "interval")
            check.interval = positive_duration(value);
        else if (key == "timeout")
            check.timeout = positive_duration(value);
        else if (key == "start-period")
            check.start_period = positive_duration(value);
        else if (key == "start-interval")
            check.start_interval = positive_duration(value);
        else if (key == "retries")
            check.retries = parse_port(value, value);
        else
            throw InvalidArgument("unknown flag: {}", key);
    }
    auto rest = text;
    std::string kind = upper(take_word(rest, true));
    rest = trim(rest);
    if (kind == "NONE") {
        if (!rest.empty()) throw InvalidArgument("HEALTHCHECK NONE takes no arguments");
        check.test = {"NONE"};
    } else if (kind == "CMD") {
        if (rest.empty()) throw InvalidArgument("Missing command after HEALTHCHECK CMD");
        if (auto list = exec_form(rest)) {
            check.test = {"CMD"};
            check.test.insert(check.test.end(), list->begin(), list->end());
        } else {
            check.test = {"CMD-SHELL", std::string(rest)};
        }
    } else {
        throw InvalidArgument("Unknown type \"{}\" in HEALTHCHECK (try CMD)", kind);
    }
    config.healthcheck = std::move(check);
}

std::string joined_directory(const std::string& base, const std::string& path) {
    // As path.Clean of Go: an image's working directory is a text until a container resolves it in its root.
    std::string whole = path.starts_with('/') ? path : (base.empty() ? "/" : base + "/") + path;
    std::vector<std::string> parts;
    for (std::size_t start = 0; start < whole.size();) {
        auto end = std::min(whole.find('/', start), whole.size());
        auto part = whole.substr(start, end - start);
        start = end + 1;
        if (part == "..") {
            if (!parts.empty()) parts.pop_back();
        } else if (!part.empty() && part != ".") {
            parts.push_back(part);
        }
    }
    std::string clean;
    for (const auto& part : parts) clean += "/" + part;
    return clean.empty() ? "/" : clean;
}

void add_volumes(std::string_view text, ContainerConfig& config) {
    auto list = exec_form(text);
    for (const auto& volume : list ? *list : words_of(text)) {
        if (trim(volume).empty()) throw InvalidArgument("VOLUME specified can not be an empty string");
        config.volumes.insert(volume);
    }
}

void add_trigger(std::string_view text, ContainerConfig& config) {
    auto rest = text;
    std::string trigger = upper(take_word(rest, true));
    if (trigger == "ONBUILD") throw InvalidArgument("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
    if (trigger == "MAINTAINER" || trigger == "FROM")
        throw InvalidArgument("{} isn't allowed as an ONBUILD trigger", trigger);
    config.on_build.emplace_back(text);
}

}  // namespace

void apply_change(std::string_view text, ContainerConfig& config) {
    text = trim(text);
    auto end = std::min(text.find_first_of(" \t"), text.size());
    std::string instruction = upper(text.substr(0, end));
    auto rest = trim(text.substr(end));
    constexpr std::array known{"CMD",     "ENTRYPOINT", "ENV",  "EXPOSE", "HEALTHCHECK", "LABEL",
                               "ONBUILD", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"};
    if (std::ranges::find(known, instruction) == known.end())
        throw InvalidArgument("{} is not a valid change command", instruction);
    if (rest.empty() && instruction != "CMD" && instruction != "ENTRYPOINT")
        throw InvalidArgument("{} requires at least one argument", instruction);
    if (instruction == "CMD")
        config.cmd = rest.empty() ? std::vector<std::string>{} : command(rest, config);
    else if (instruction == "ENTRYPOINT") {
        config.entrypoint = rest.empty() ? std::vector<std::string>{} : command(rest, config);
    } else if (instruction == "ENV") {
        for (const auto& [key, value] : pairs_of(rest, instruction)) set_env(config, key, value);
    } else if (instruction == "LABEL") {
        for (auto& [key, value] : pairs_of(rest, instruction)) config.labels[key] = value;
    } else if (instruction == "EXPOSE") {
        for (const auto& port : words_of(rest)) expose(port, config);
    } else if (instruction == "HEALTHCHECK")
        set_healthcheck(rest, config);
    else if (instruction == "ONBUILD")
        add_trigger(rest, config);
    else if (instruction == "STOPSIGNAL")
        config.stop_signal = rest;
    else if (instruction == "USER")
        config.user = rest;
    else if (instruction == "VOLUME")
        add_volumes(rest, config);
    else
        config.working_dir = joined_directory(config.working_dir, std::string(rest));
}

void apply_changes(const std::vector<std::string>& changes, ContainerConfig& config) {
    for (std::string_view text : changes)
        for (std::size_t start = 0; start < text.size();) {
            auto end = std::min(text.find('\n', start), text.size());
            auto line = trim(text.substr(start, end - start));
            start = end + 1;
            if (!line.empty() && line[0] != '#') apply_change(line, config);
        }
}

}  // namespace dhow::image
