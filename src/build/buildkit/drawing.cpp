#include "build/buildkit/drawing.hpp"

#include <algorithm>
#include <cmath>

#include "build/buildkit/job.hpp"
#include "build/dockerfile/lint.hpp"
#include "build/step_text.hpp"
#include "oci/reference.hpp"

namespace dhow::build::buildkit {

void Drawing::show(Stage& stage, std::size_t index, const std::string& text) {
    auto name = plan_.stages[index].stage.name;
    if (name.empty() && plan_.stages.size() > 1) name = fmt::format("stage-{}", index);
    auto width = 1 + static_cast<int>(std::log10(std::max(stage.total, 1)));
    stage.vertex =
        std::make_unique<Vertex>(log_, fmt::format("[{}{}{:>{}}/{}] {}", name, name.empty() ? "" : " ",
                                                   ++stage.number, width, stage.total, text));
    stage.vertex->start();
}

Task<void> Drawing::text(std::string words) {
    // Of all that the classic builder says, BuildKit's clients are told this alone.
    constexpr std::string_view warning = "[Warning] ";
    if (words.starts_with(warning))
        warn(log_, recipe_, {"", words.substr(warning.size(), words.find('\n') - warning.size()), {}});
    co_return;
}

void Drawing::warned(const dockerfile::LintWarning& warning) {
    if (begun_) warn(log_, recipe_, warning);
}

void Drawing::stage_begins(std::size_t index, const std::string& image) {
    begun_ = true;
    auto& stage = stages_[index];
    stage.lines = plan_.stages[index].stage.lines;
    bool from_image = !image.empty() && image != "scratch";
    stage.total = (from_image ? 1 : 0) +
                  static_cast<int>(std::ranges::count_if(plan_.stages[index].stage.instructions, is_work));
    if (!from_image) return;
    auto text = image;
    try {
        text = oci::Reference::parse(image).with_default_tag().full();
    } catch (const Error&) {
        // The stage will say so.
    }
    show(stage, index, "FROM " + text);
}

void Drawing::stage_stands(std::size_t index, const std::vector<dockerfile::Instruction>& triggers) {
    auto& stage = stages_[index];
    if (stage.vertex) {
        stage.vertex->cached();
        stage.vertex->finish();
        stage.vertex.reset();
    }
    stage.total += static_cast<int>(std::ranges::count_if(triggers, is_work));
}

void Drawing::step_begins(std::size_t index, const dockerfile::Instruction& step,
                          const dockerfile::Lookup& lookup) {
    auto& stage = stages_[index];
    stage.lines = step.lines;
    if (is_work(step)) show(stage, index, step_text(step, plan_.file.directives.escape, lookup));
}

void Drawing::step_reused(std::size_t index) {
    if (auto& vertex = stages_[index].vertex) vertex->cached();
}

Task<void> Drawing::step_output(std::size_t index, bool is_error, const std::string& bytes) {
    auto& stage = stages_[index];
    if (stage.vertex) co_await stage.vertex->write(is_error ? 2 : 1, bytes);
}

void Drawing::step_ends(std::size_t index, std::exception_ptr failure) {
    auto& stage = stages_[index];
    // What fails after another stage did fails because of it.
    bool is_echo = failure && (failure_ || is_echo_of_another(failure));
    if (failure && !is_echo)
        failure_ = Failure{failure_text(failure), stage.lines, stage.vertex ? stage.vertex->digest() : ""};
    if (!stage.vertex) return;
    // A client draws what ends with these words as cancelled.
    stage.vertex->finish(!failure                      ? ""
                         : is_echo_of_another(failure) ? "context canceled"
                                                       : failure_text(failure));
    stage.vertex.reset();
}

}  // namespace dhow::build::buildkit
