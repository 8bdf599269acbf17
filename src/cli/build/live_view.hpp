#pragma once
// A build on a terminal: its stages, what runs at the same time, the last lines of what runs, cached steps,
// times.
//
//     building  4/9 steps  3.2s
//     make      ✓ FROM busybox                               0.1s
//               ✓ RUN apk add gcc                          cached
//               ▸ RUN make -j2                               2.3s
//                 | cc -o main.o main.c
//     docs      ▸ RUN make html                              1.0s

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cli/build/model.hpp"

namespace dhow::cli {

/// What is drawn of a build, a string a line, none wider than `columns`.
/// @param rows at most so many lines: finished stages shrink to a line, then what is first is left out; 0:
/// all of it, as it stays on the screen
std::vector<std::string> draw_build(const BuildModel& model, Moment start, Moment now, std::size_t columns,
                                    std::size_t rows);

/// What a failure looks like: the last lines of the step, and the place in the Dockerfile.
std::string draw_failure(const BuildModel& model);

/// Draws a build again and again in the same place, while its model changes on another thread.
class LiveView {
  public:
    /// To a terminal's descriptor.
    explicit LiveView(int fd);
    ~LiveView();
    LiveView(const LiveView&) = delete;

    /// Changes the model; nothing is drawn meanwhile.
    void change(const std::function<void(BuildModel&)>& action);
    /// Draws the whole for the last time. What is written from then on stands below it.
    void finish();
    /// After finish().
    const BuildModel& model() const { return model_; }

  private:
    void run();
    void draw(bool all);

    int fd_;
    Moment start_;
    std::mutex mutex_;  // guards the rest
    std::condition_variable wake_;
    BuildModel model_;
    bool finished_ = false;
    std::size_t drawn_ = 0;  ///< lines on the screen
    std::thread thread_;
};

}  // namespace dhow::cli
