#include "build/subrequests/answer.hpp"

#include <algorithm>
#include <array>

#include "base/base64.hpp"
#include "build/check.hpp"
#include "build/dockerfile/lint_rules.hpp"
#include "build/subrequests/documents_json.hpp"

namespace dhow::build {

namespace {

std::string pretty(const json::Value& value) { return json::dump_pretty(value, 2); }

/// With the file itself, which its places are in.
std::string with_sources(json::Object object, const QuestionedFile& file) {
    object["sources"] = json::Array{json::Value(base64_encode(file.text))};
    return pretty(object);
}

SubrequestResult outline(const QuestionedFile& file, const Request& request, const image::Images&) {
    auto found = make_outline(make_plan(read_dockerfile(file.text, request), request), request);
    return {with_sources(json::to(found).as_object(), file), to_text(found)};
}

SubrequestResult targets(const QuestionedFile& file, const Request& request, const image::Images&) {
    auto read = read_dockerfile(file.text, request);
    check_syntax(read, request);
    auto list = list_targets(read);
    json::Object object;
    object["targets"] = json::to(list);
    return {with_sources(std::move(object), file), to_text(list)};
}

SubrequestResult lint(const QuestionedFile& file, const Request& request, const image::Images& images) {
    dockerfile::LintReport report;
    CheckDocument document;
    std::string picture;
    try {
        check_dockerfile(images, file.text, file.ignored, request, report);
        dockerfile::refuse_warnings(report);
    } catch (const dockerfile::DockerfileError& error) {
        document.error = {error.message(), error.lines()};
        picture = dockerfile::excerpt(file.text, file.name, error);
    } catch (const Error& error) {
        document.error = {error.message(), {}};
    }
    document.sources.push_back({file.name, base64_encode(file.text)});
    for (const auto& warning : report.warnings)
        document.warnings.push_back({warning.rule, std::string(dockerfile::rule_description(warning.rule)),
                                     dockerfile::rule_url(warning.rule), warning.message, warning.lines});
    auto count = report.warnings.size();
    SubrequestResult result;
    result.json = pretty(json::to(document));
    result.status = count == 0 && !document.error ? 0 : 1;
    if (count > 0 || !document.error) result.text = dockerfile::to_text(report, file.text, file.name);
    if (document.error) {
        result.text += fmt::format("{}{}\n{}", count > 0 ? "\n" : "", document.error->message, picture);
        result.failure = document.error->message;
    } else if (count > 0) {
        result.failure = fmt::format("{} build check{} failed", count, count == 1 ? "" : "s");
    }
    return result;
}

SubrequestResult describe(const QuestionedFile&, const Request&, const image::Images&);

struct Subrequest {
    std::string_view name;
    std::string_view description;
    bool needs_file = true;
    SubrequestResult (*answer)(const QuestionedFile&, const Request&, const image::Images&);
};

constexpr std::string_view lint_name = "frontend.lint";

constexpr std::array subrequests{
    Subrequest{"frontend.outline", "List all parameters current build target supports", true, outline},
    Subrequest{"frontend.targets", "List all targets current build supports", true, targets},
    Subrequest{lint_name, "Lint a Dockerfile", true, lint},
    Subrequest{"frontend.subrequests.describe", "List available subrequest types", false, describe},
};

SubrequestResult describe(const QuestionedFile&, const Request&, const image::Images&) {
    std::vector<SubrequestDocument> list;
    for (const auto& one : subrequests) {
        SubrequestDocument document;
        document.name = one.name;
        document.description = one.description;
        document.metadata = {{"result.json", ""}, {"result.txt", ""}};
        if (one.name == lint_name) document.metadata.push_back({"result.statuscode", ""});
        if (one.answer == outline) document.options = {{"target", "Target build stage"}};
        list.push_back(std::move(document));
    }
    return {pretty(json::to(list)), to_text(list)};
}

const Subrequest& find(std::string_view name) {
    const auto* found = std::ranges::find(subrequests, name, &Subrequest::name);
    if (found == subrequests.end()) throw UnsupportedSubrequest(std::string(name));
    return *found;
}

}  // namespace

bool needs_dockerfile(std::string_view name) { return find(name).needs_file; }

SubrequestResult answer(std::string_view name, const QuestionedFile& file, const Request& request,
                        const image::Images& images) {
    return find(name).answer(file, request, images);
}

}  // namespace dhow::build
