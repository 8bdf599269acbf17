#include <cctype>
#include <regex>
#include <span>

#include "clients/transcript.hpp"

namespace dhow::test {
namespace {

struct Rule {
    std::regex pattern;
    const char* replacement;
};

/// In order: a later rule sees what the earlier ones wrote.
const std::vector<Rule>& rules() {
    static const std::vector<Rule> list = [] {
        const std::pair<const char*, const char*> texts[] = {
            // A test's own folder.
            {R"(/var/tmp/dhow-test-[0-9a-f]+)", "<FOLDER>"},
            // The numbers of bash's jobs.
            {R"(^(/bin/bash: line \d+:)?\s+\d+ (Done|Killed|Terminated)\b)", "$2"},
            // Clients' own names, and the hints below their errors.
            {R"(\bdhow\b)", "docker"},
            {R"(^See 'docker .*--help'( for more information)?\.?$|^Run 'docker .*--help' for more information$)",
             ""},
            // What containerd and runc put around the runtime's own message.
            {R"(failed to create (shim )?task(?: for container)?: (failed to create shim task: )?)", ""},
            {R"(OCI runtime create failed: (runc create failed: )?)", "OCI runtime create failed: "},
            {R"((OCI runtime (create|exec) failed: .*): unknown\.?)", "$1"},
            // Identifiers and digests.
            {R"(sha256:[0-9a-f]{64})", "<DIGEST>"},
            {R"(\b[0-9a-f]{64}\b)", "<ID>"},
            {R"(\b[0-9a-f]{12}\b)", "<SHORT>"},
            // Times and ages.
            {R"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z|[+-]\d\d:?\d\d)( [A-Z]+)?)?)", "<TIME>"},
            {R"((Less than a second|About an? (minute|hour)|\d+ (seconds?|minutes?|hours?))( ago)?)",
             "<AGE>"},
            // Addresses; loopback and the wildcard stay.
            {R"(\b(172|192|10)\.\d+\.\d+\.\d+)", "<IP>"},
            {R"(\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b)", "<MAC>"},
            {R"(((?:0\.0\.0\.0|\[?::\]?|127\.0\.0\.1):)(3[2-9]|[4-6]\d)\d{3}\b)", "$1<PORT>"},
            // Sizes of images and files.
            {R"(\b\d+(\.\d+)?(B|kB|MB|GB)\b)", "<SIZE>"},
            // Padding of tables.
            {R"( {2,})", "  "},
            {R"([ \t\r]+$)", ""},
        };
        std::vector<Rule> result;
        for (auto [pattern, replacement] : texts)
            result.push_back({std::regex(pattern, std::regex::optimize), replacement});
        return result;
    }();
    return list;
}

/// Capitals in the daemon's words came and went from version to version ("Invalid filter", "invalid filter").
std::string without_capitals(std::string line) {
    constexpr std::string_view marker = "Error response from daemon: ";
    auto at = line.find(marker);
    if (at == std::string::npos) return line;
    for (auto& c : std::span(line).subspan(at + marker.size()))
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return line;
}

}  // namespace

std::string normalised(std::string_view text) {
    std::string result;
    for (auto& line : lines_of(text)) {
        auto changed = line;
        for (auto& rule : rules()) changed = std::regex_replace(changed, rule.pattern, rule.replacement);
        result += without_capitals(changed) + "\n";
    }
    while (result.ends_with("\n\n")) result.pop_back();
    return result == "\n" ? "" : result;
}

}  // namespace dhow::test
