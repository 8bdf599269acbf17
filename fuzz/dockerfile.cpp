// A Dockerfile written by a stranger: it is read or refused with a place in it, its words are expanded, and
// what is told of it can be told.

#include "build/dockerfile/error.hpp"
#include "build/dockerfile/expand.hpp"
#include "build/dockerfile/instructions.hpp"
#include "build/dockerfile/lint.hpp"
#include "build/subrequests/outline.hpp"

namespace {

using namespace dhow::build::dockerfile;

std::optional<std::string> variables(std::string_view name) {
    if (name == "A") return "a";
    if (name == "B") return "b c";
    if (name == "EMPTY") return "";
    return std::nullopt;
}

void expand_all(const Dockerfile& file) {
    for (const auto& stage : file.stages)
        for (const auto& instruction : stage.instructions) {
            try {
                auto expanded = expand(instruction, file.directives.escape, variables);
                if (const auto* run = std::get_if<Run>(&expanded.what))
                    for (const auto& mount : run->mounts) parse_mount(mount);
            } catch (const dhow::InvalidArgument&) {
            } catch (const DockerfileError&) {
            }
        }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        auto file = parse_dockerfile(text);
        expand_all(file);
        to_text(lint(file), text, "Dockerfile");
        dhow::build::list_targets(file);
        dhow::build::Request request;
        request.arguments["A"] = "a";
        dhow::build::make_outline(dhow::build::make_plan(std::move(file), request), request);
    } catch (const DockerfileError& error) {
        auto lines = error.lines();
        if (lines.first < 0 || lines.last < lines.first) __builtin_trap();
        excerpt(text, "Dockerfile", error);
    } catch (const dhow::InvalidArgument&) {
    } catch (const dhow::NotImplemented&) {
    }
    return 0;
}
