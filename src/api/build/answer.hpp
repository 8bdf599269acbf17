#pragma once
// The answer to POST /build: one JSON object a line, as the build goes. Docker's clients get docker's words;
// for dhow's own (`view=text`, `view=steps`) there are events too:
//
//     {"id": "dhow.build", "aux": {"stages": [{"number": 0, "name": "make", "base": "busybox", "needs": [0],
//                                               "from": 0, "steps": 3}, ...]}}
//     {"id": "dhow.build", "aux": {"stage": 0, "begins": "FROM busybox"}}     a step that is shown begins
//     {"id": "dhow.build", "aux": {"stage": 0, "begins": "RUN make", "line": 2}}
//     {"id": "dhow.build", "aux": {"stage": 0, "cached": true}}
//     {"id": "dhow.build", "aux": {"stage": 0, "output": "..."}}             with view=steps alone, instead
//     of words
//     {"id": "dhow.build", "aux": {"stage": 0, "ends": true, "failed": "...", "cancelled": true}}
//     {"id": "dhow.build", "aux": {"warning": {"rule": "...", "message": "...", "line": 2}}}
//     {"id": "dhow.build", "aux": {"remark": "..."}}
//     {"id": "dhow.build", "aux": {"place": "Dockerfile:2\n   1 | ..."}}      of the failure that follows

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/build/convert.hpp"
#include "api/http/exchange.hpp"
#include "base/async/sync.hpp"
#include "build/builder.hpp"
#include "build/plan.hpp"
#include "wire/progress.hpp"

namespace dhow::api::build {

/// Loop thread.
class Answer final : public dhow::build::Listener {
  public:
    Answer(http::Exchange& exchange, asio::any_io_executor executor, const Wanted& wanted);

    Task<void> text(std::string words) override;
    Task<void> error_text(std::string words) override;
    Task<void> image(std::string id) override;

    void build_begins(const dhow::build::Plan& plan, const std::string& dockerfile) override;
    void warned(const dhow::build::dockerfile::LintWarning& warning) override;
    void stage_begins(std::size_t stage, const std::string& image) override;
    void stage_stands(std::size_t stage,
                      const std::vector<dhow::build::dockerfile::Instruction>& triggers) override;
    void step_begins(std::size_t stage, const dhow::build::dockerfile::Instruction& step,
                     const dhow::build::dockerfile::Lookup& lookup) override;
    void step_reused(std::size_t stage) override;
    Task<void> step_output(std::size_t stage, bool is_error, const std::string& bytes) override;
    void step_ends(std::size_t stage, std::exception_ptr failure) override;

    /// What the user should know of something that did not work and need not: a cache that cannot be read.
    void remark(const std::string& words);

    /// The answer to a question about the Dockerfile, and why the client is to fail, if it is.
    Task<void> told(std::string words, std::string reason);

    // The last word; nothing of the build may come after it.

    /// It succeeded: the image, and the names it got.
    Task<void> done(std::string id, std::vector<std::string> names);
    /// It failed: told as the answer's status while nothing was sent, else as a line.
    Task<void> fail(std::exception_ptr failure);

  private:
    struct Stage {
        dhow::build::dockerfile::Lines lines;
        bool is_open = false;  ///< a step that is shown is under way
    };
    /// What waits to be sent: shared with the coroutine that sends it.
    struct Outbox;
    static Task<void> send_all(std::shared_ptr<Outbox> outbox);

    bool tells() const { return wanted_.view != Wanted::View::docker; }
    bool draws() const { return wanted_.view == Wanted::View::steps; }
    void tell(json::Object event);
    void begin_step(std::size_t stage, const std::string& text, int line);
    void put(const wire::ProgressLine& line);
    /// Sends the head, once.
    Task<void> start();
    /// Waits until all that was put is sent.
    Task<void> drain();
    Task<void> send(const wire::ProgressLine& line);
    void keep(const std::string& words);

    http::Exchange& exchange_;
    const Wanted& wanted_;
    std::shared_ptr<Outbox> outbox_;
    bool starting_ = false;
    bool started_ = false;  ///< the head is out
    std::string kept_;
    std::map<std::size_t, Stage> stages_;
    const dhow::build::Plan* plan_ = nullptr;
    std::string dockerfile_;
    std::vector<std::string> warnings_;
    std::optional<dhow::build::dockerfile::Lines> failed_at_;
};

}  // namespace dhow::api::build
