#pragma once
// A build's steps as vertices, named as BuildKit names them: "[builder 2/4] RUN make".
// Source: moby/buildkit, frontend/dockerfile/dockerfile2llb/convert.go, prefixCommand.

#include <map>
#include <memory>
#include <string>

#include "build/buildkit/recipe.hpp"
#include "build/buildkit/status.hpp"
#include "build/plan.hpp"

namespace dhow::build::buildkit {

/// Where and why a build failed.
struct Failure {
    std::string message;
    dockerfile::Lines lines;
    std::string vertex;  ///< its digest
};

class Drawing final : public Listener {
  public:
    /// Both outlive it.
    Drawing(StatusLog& log, const Recipe& recipe) : log_(log), recipe_(recipe), plan_(recipe.plan) {}

    Task<void> text(std::string words) override;
    Task<void> error_text(std::string) override { co_return; }
    Task<void> image(std::string) override { co_return; }

    void warned(const dockerfile::LintWarning& warning) override;
    void stage_begins(std::size_t stage, const std::string& image) override;
    void stage_stands(std::size_t stage, const std::vector<dockerfile::Instruction>& triggers) override;
    void step_begins(std::size_t stage, const dockerfile::Instruction& step,
                     const dockerfile::Lookup& lookup) override;
    void step_reused(std::size_t stage) override;
    Task<void> step_output(std::size_t stage, bool is_error, const std::string& bytes) override;
    void step_ends(std::size_t stage, std::exception_ptr failure) override;

    /// What failed first; none when nothing did.
    const std::optional<Failure>& failure() const { return failure_; }

  private:
    struct Stage {
        int total = 0;   ///< steps that are shown
        int number = 0;  ///< of the last one
        std::unique_ptr<Vertex> vertex;
        dockerfile::Lines lines;
    };

    void show(Stage& stage, std::size_t index, const std::string& text);

    StatusLog& log_;
    const Recipe& recipe_;
    const Plan& plan_;
    bool begun_ = false;  ///< what the file alone says was told with it
    std::map<std::size_t, Stage> stages_;
    std::optional<Failure> failure_;
};

}  // namespace dhow::build::buildkit
