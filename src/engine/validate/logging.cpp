#include <charconv>

#include "base/error.hpp"
#include "base/units.hpp"
#include "engine/validate/validate.hpp"

namespace dhow::engine {

namespace {

std::string text_of(const LogConfig& config, const char* name) {
    auto found = config.config.find(name);
    return found == config.config.end() ? std::string() : found->second;
}

int parse_files(const std::string& text) {
    int files = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), files);
    if (error != std::errc() || end != text.data() + text.size())
        throw InvalidArgument("invalid value for max-file: \"{}\"", text);
    if (files < 1) throw InvalidArgument("max-file cannot be less than 1");
    return files;
}

bool parse_flag(const std::string& text) {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    throw InvalidArgument("invalid value for compress: \"{}\"", text);
}

void check_names(const LogConfig& config) {
    static constexpr std::string_view known[] = {
        "max-size", "max-file",  "compress", "labels", "labels-regex",
        "env",      "env-regex", "tag",      "mode",   "max-buffer-size"};
    for (const auto& [name, value] : config.config) {
        bool is_known = false;
        for (auto one : known) is_known = is_known || name == one;
        if (!is_known) throw InvalidArgument("unknown log opt '{}' for {} log driver", name, config.type);
        if (name == "labels" || name == "labels-regex" || name == "env" || name == "env-regex" ||
            name == "tag")
            throw InvalidArgument("log opt '{}' is not supported by dhow's {} log driver", name, config.type);
        if (name == "mode" && value != "blocking")
            throw InvalidArgument("logger: logging mode \"{}\" is not supported: dhow's logs lose no line",
                                  value);
        if (name == "max-buffer-size")
            throw InvalidArgument(
                "logger: max-buffer-size option is only supported with 'mode=non-blocking', which dhow has "
                "not");
    }
}

void set_values(const LogConfig& config, shim::LogOptions& options) {
    if (auto size = text_of(config, "max-size"); !size.empty()) {
        options.max_size = size == "-1" ? -1 : parse_size(size);
        if (options.max_size == 0 || options.max_size < -1)
            throw InvalidArgument("max-size must be a positive number: {}", size);
    }
    if (auto files = text_of(config, "max-file"); !files.empty()) options.max_files = parse_files(files);
    if (auto flag = text_of(config, "compress"); !flag.empty()) options.compress = parse_flag(flag);
}

}  // namespace

shim::LogOptions log_options(const LogConfig& wanted, const LogConfig& defaults) {
    LogConfig config = wanted;
    if (config.type.empty()) config.type = defaults.type.empty() ? "json-file" : defaults.type;
    // The daemon's options are those of its own driver: another driver's container does not get them.
    if (config.type == defaults.type || defaults.type.empty())
        for (const auto& [name, value] : defaults.config) config.config.emplace(name, value);
    shim::LogOptions options;
    options.driver = config.type;
    if (config.type == "none") {
        if (!wanted.config.empty()) throw InvalidArgument("log driver none has no options");
        return options;
    }
    if (config.type != "json-file" && config.type != "local")
        throw InvalidArgument("logger: no log driver named '{}' is registered", config.type);
    check_names(config);
    if (config.type == "local") options.compress = true;
    with_context("failed to initialize logging driver", [&] { set_values(config, options); });
    return options;
}

}  // namespace dhow::engine
