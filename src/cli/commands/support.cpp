#include "cli/commands/support.hpp"

#include <ctime>

#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/format/listing.hpp"

namespace dhow::cli {

std::string container_path(std::string_view name, std::string_view rest) {
    return "/containers/" + client::escape(name) + std::string(rest);
}

json::Object filters_object(const std::vector<std::string>& values) {
    json::Object filters;
    for (const auto& value : values) {
        auto equals = value.find('=');
        if (equals == std::string::npos) continue;
        auto name = lower(value.substr(0, equals));
        while (name.ends_with(' ')) name.pop_back();
        auto& set = filters[name];
        if (!set.is_object()) set.emplace_object();
        set.get_object()[value.substr(equals + 1)] = true;
    }
    return filters;
}

std::string filters_text(const std::vector<std::string>& values) {
    auto filters = filters_object(values);
    return filters.empty() ? std::string() : json::dump(filters);
}

namespace {

std::string seconds_text(Timestamp time) {
    auto count = time.time_since_epoch().count();
    return fmt::format("{}.{:09}", count / 1000000000, count % 1000000000);
}

/// "2024-05-01", "2024-05-01T12", ...T12:30, ...T12:30:05, in the local zone when none is said.
std::optional<Timestamp> local_moment(const std::string& text) {
    for (const char* format : {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H", "%Y-%m-%d"}) {
        std::tm parts{};
        const char* end = ::strptime(text.c_str(), format, &parts);
        if (!end) continue;
        double fraction = 0;
        if (*end == '.') {
            char* after = nullptr;
            fraction = std::strtod(end, &after);
            end = after;
        }
        if (*end) continue;
        parts.tm_isdst = -1;
        auto seconds = std::chrono::sys_seconds(std::chrono::seconds(::mktime(&parts)));
        return Timestamp(seconds) + std::chrono::nanoseconds(static_cast<std::int64_t>(fraction * 1e9));
    }
    return std::nullopt;
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

std::string moment(std::string_view text) {
    if (text.empty() || is_number(text)) return std::string(text);
    try {
        return seconds_text(now() - parse_duration(text));
    } catch (const InvalidArgument&) {
        // Not a duration: a date.
    }
    try {
        return seconds_text(parse_timestamp(text));
    } catch (const InvalidArgument&) {
        if (auto local = local_moment(std::string(text))) return seconds_text(*local);
    }
    throw InvalidArgument("failed to parse value as time or duration: \"{}\"", text);
}

void check_inspect_format(std::string_view format) {
    constexpr int bad_usage = 64;
    try {
        check_format(format);
    } catch (const Error& error) {
        throw Exit(bad_usage, error.message());
    }
}

int print_documents(Session& session, const json::Array& documents, std::string_view format,
                    const std::vector<std::string>& failures) {
    std::string bad_template;
    if (format.empty()) {
        session.write(json::dump_pretty(documents) + "\n");
    } else if (format == "json") {
        session.write(json::dump(documents) + "\n");
    } else {
        for (const auto& document : documents) {
            try {
                session.write(format_document(format, document));
            } catch (const Error& error) {
                session.write("\n");
                bad_template = error.message();
                break;
            }
        }
    }
    auto lines = failures;
    if (!bad_template.empty()) lines.insert(lines.begin(), bad_template);
    if (lines.empty()) return 0;
    session.error(join(lines, "\n"));
    return 1;
}

int inspect_each(Session& session, const Arguments& arguments,
                 const std::function<std::string(const std::string&)>& target_of) {
    check_inspect_format(arguments.text("format"));
    json::Array documents;
    std::vector<std::string> failures;
    for (const auto& name : arguments.positional()) {
        try {
            documents.push_back(session.client().get(target_of(name)));
        } catch (const Error& error) {
            failures.push_back(message_of(error));
        }
    }
    return print_documents(session, documents, arguments.text("format"), failures);
}

std::string reclaimed(std::int64_t bytes) {
    return fmt::format("Total reclaimed space: {}\n", human_size(static_cast<double>(bytes)));
}

}  // namespace dhow::cli
