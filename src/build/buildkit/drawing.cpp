#include "build/buildkit/drawing.hpp"

#include <algorithm>
#include <cmath>

#include "build/builder.hpp"
#include "build/dockerfile/text.hpp"
#include "build/remote/address.hpp"
#include "oci/reference.hpp"

namespace dhow::build::buildkit {

namespace {

bool is_shown(const dockerfile::Instruction& instruction) {
    return std::holds_alternative<dockerfile::Run>(instruction.what) ||
           std::holds_alternative<dockerfile::Copy>(instruction.what) ||
           std::holds_alternative<dockerfile::Workdir>(instruction.what);
}

std::string text_of(const dockerfile::Instruction& step, char escape, const dockerfile::Lookup& lookup) {
    dockerfile::Expander expander(escape, lookup);
    expander.keep_quotes();
    expander.keep_unset();
    auto text = step.written;
    try {
        text = expander.word(text);
    } catch (const Error&) {
        // As it was written, then: whether that is an error is not for a name to say.
    }
    auto blank = std::min(text.find_first_of(dockerfile::blanks), text.size());
    return dockerfile::upper(text.substr(0, blank)) + without_credentials(text.substr(blank));
}

bool is_cancellation(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const Unavailable&) {
        return true;
    } catch (...) {
        return false;
    }
}

}  // namespace

std::string failure_text(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const CommandFailed& error) {
        return fmt::format("process {:?} did not complete successfully: exit code: {}", error.command(),
                           error.code());
    } catch (const Error& error) {
        return error.message();
    }
}

void Drawing::show(Stage& stage, std::size_t index, const std::string& text) {
    auto name = plan_.stages[index].stage.name;
    if (name.empty() && plan_.stages.size() > 1) name = fmt::format("stage-{}", index);
    auto width = 1 + static_cast<int>(std::log10(std::max(stage.total, 1)));
    stage.vertex =
        std::make_unique<Vertex>(log_, fmt::format("[{}{}{:>{}}/{}] {}", name, name.empty() ? "" : " ",
                                                   ++stage.number, width, stage.total, text));
    stage.vertex->start();
}

void Drawing::stage_begins(std::size_t index, const std::string& image) {
    auto& stage = stages_[index];
    stage.lines = plan_.stages[index].stage.lines;
    bool from_image = !image.empty() && image != "scratch";
    stage.total = (from_image ? 1 : 0) +
                  static_cast<int>(std::ranges::count_if(plan_.stages[index].stage.instructions, is_shown));
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
    stage.total += static_cast<int>(std::ranges::count_if(triggers, is_shown));
}

void Drawing::step_begins(std::size_t index, const dockerfile::Instruction& step,
                          const dockerfile::Lookup& lookup) {
    auto& stage = stages_[index];
    stage.lines = step.lines;
    if (is_shown(step)) show(stage, index, text_of(step, plan_.file.directives.escape, lookup));
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
    bool is_echo = failure && (failure_ || is_cancellation(failure));
    if (failure && !is_echo)
        failure_ = Failure{failure_text(failure), stage.lines, stage.vertex ? stage.vertex->digest() : ""};
    if (!stage.vertex) return;
    // A client draws what ends with these words as cancelled.
    stage.vertex->finish(!failure                   ? ""
                         : is_cancellation(failure) ? "context canceled"
                                                    : failure_text(failure));
    stage.vertex.reset();
}

}  // namespace dhow::build::buildkit
