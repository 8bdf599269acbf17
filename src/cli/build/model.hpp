#pragma once
// A build as it stands: what the daemon's events say of its stages and steps. No I/O.

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace dhow::cli {

using Moment = std::chrono::steady_clock::time_point;

/// The last lines of what a command writes: without what moves a terminal's cursor.
class Tail {
  public:
    static constexpr std::size_t most = 24;
    void add(std::string_view bytes);
    /// The last `count` lines at most, the unfinished one included.
    std::vector<std::string> last(std::size_t count) const;

  private:
    enum class Escape { none, begun, sequence };
    void put(char c);
    std::deque<std::string> lines_;
    std::string line_;
    bool at_start_ = false;  ///< a carriage return came: what follows is written over the line
    Escape escape_ = Escape::none;
};

struct BuildStep {
    enum class State { running, done, cached, failed, cancelled };
    std::string text;  ///< "RUN make"
    int line = 0;      ///< of the Dockerfile
    State state = State::running;
    Moment begun{}, ended{};
    Tail output;
    std::string failure;

    std::chrono::milliseconds took(Moment now) const;
};

struct BuildStage {
    std::size_t number = 0;
    std::string name;  ///< "" without one
    std::string base;  ///< an image; "" when it is another stage or a context
    std::vector<std::size_t> needs;
    std::optional<std::size_t> from;  ///< the stage that is its base
    std::size_t total = 0;            ///< steps that are to come, as far as it is known
    std::vector<BuildStep> steps;

    std::string title() const { return name.empty() ? "stage " + std::to_string(number) : name; }
    /// Its last step is under way, and waits for no other stage.
    bool runs() const { return is_open() && waits_for.empty(); }
    bool is_open() const { return !steps.empty() && steps.back().state == BuildStep::State::running; }
    /// As far as it is known.
    bool is_over() const { return !is_open() && steps.size() >= total; }
    std::string waits_for{};  ///< the title of the stage that its last step takes files from
};

class BuildModel {
  public:
    /// Takes an event in: the `aux` of a message whose id is "dhow.build".
    void apply(const json::Value& event, Moment now);

    const std::vector<BuildStage>& stages() const { return stages_; }
    const std::vector<std::string>& warnings() const { return warnings_; }
    /// The lines of the Dockerfile around what failed; "" when nothing did.
    const std::string& place() const { return place_; }
    /// The step that failed, not because of another one.
    const BuildStep* failed() const;
    /// Its stage's title.
    std::string failed_stage() const;
    std::size_t steps_done() const;
    std::size_t steps_known() const;

  private:
    BuildStage* stage(const json::Value& event);
    void read_stages(const json::Array& list);
    void change(BuildStage& stage, const json::Value& event, Moment now);
    /// A step that takes files of a stage which is not built yet begins once that is.
    void note_waiting(Moment now);

    std::vector<BuildStage> stages_;
    std::vector<std::string> warnings_;
    std::string place_;
};

}  // namespace dhow::cli
