// Dockerfiles of strangers: read, looked at by the lint rules, expanded and planned.

#include "build/dockerfile/expand.hpp"
#include "build/dockerfile/lint.hpp"
#include "build/plan.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    auto lookup = [](std::string_view name) -> std::optional<std::string> {
        if (name.size() % 2 == 0) return std::nullopt;
        return std::string(name);
    };
    try {
        auto file = dhow::build::dockerfile::parse_dockerfile(text);
        dhow::build::dockerfile::to_text(dhow::build::dockerfile::lint(file, {"*.md", "!a"}), text,
                                         "Dockerfile");
        for (const auto& stage : file.stages) {
            dhow::build::dockerfile::undefined_variables(file, stage, {"a=b"});
            for (const auto& instruction : stage.instructions)
                dhow::build::dockerfile::expand(instruction, file.directives.escape, lookup);
        }
        dhow::build::to_text(dhow::build::make_plan(std::move(file), {}));
    } catch (const dhow::build::dockerfile::DockerfileError& error) {
        dhow::build::dockerfile::excerpt(text, "Dockerfile", error);
    } catch (const dhow::Error&) {
    }
    return 0;
}
