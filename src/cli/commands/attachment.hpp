#pragma once
// Attaching to a container's first process, for `run`, `start` and `attach`.

#include <memory>
#include <optional>
#include <string>

#include "cli/session.hpp"
#include "cli/terminal/attached.hpp"

namespace dhow::cli {

/// What is attached.
struct AttachPlan {
    bool in = false;
    bool out = true;
    bool err = true;
    bool tty = false;
    std::string detach_keys = {};  ///< as typed; empty: the default
};

/// Refuses to attach a terminal's input to what is none. @throws Exit("the input device is not a TTY").
void check_terminal(const AttachPlan& plan);

class Attachment {
  public:
    struct Outcome {
        bool detached = false;
        int status = 0;
        std::string error;
    };

    /// From here on signals are taken when `forwards`, and the terminal is raw when it is the container's.
    Attachment(Session& session, std::string id, AttachPlan plan, bool forwards);

    /// Attaches, and waits for `condition` on another connection; both are sent at once, and both are in
    /// place when this returns: so the container may be started.
    void open(std::string_view condition);

    /// Makes a program that is running already draw its screen again, by a size that differs for a moment:
    /// the true one follows with follow().
    void redraw();

    /// Stands in for the streams until the container exits or the user detaches.
    Outcome follow();

  private:
    void forward(int signal);
    bool resize(TerminalSize size);

    Session& session_;
    std::string id_;
    AttachPlan plan_;
    bool forwards_;
    SignalInbox signals_;
    std::optional<RawMode> raw_;
    std::optional<client::Connection> wait_;
    std::optional<client::Hijacked> stream_;
};

}  // namespace dhow::cli
