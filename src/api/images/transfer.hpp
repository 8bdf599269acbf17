#pragma once
// Bodies of gigabytes between a client and code that blocks on a thread of the pool: a socketpair each, so
// that no more is in memory than its buffer, and each side waits for the other.

#include <functional>
#include <memory>
#include <string>

#include "api/http/exchange.hpp"
#include "api/http/socket.hpp"
#include "base/async/sync.hpp"
#include "engine/images.hpp"
#include "wire/progress.hpp"

namespace dhow::api::images {

/// A request's body as a source to read on a thread.
class Upload {
  public:
    Upload(http::Exchange& exchange, asio::any_io_executor executor);

    /// To hand to the reader. Reading throws when the client goes away before the body's end.
    std::shared_ptr<image::Source> source();

    /// Waits until nothing touches the exchange any more. The source must have been let go.
    Task<void> join();

  private:
    struct State;
    static Task<void> pump(http::Exchange& exchange, std::shared_ptr<State> state);

    std::shared_ptr<State> state_;
};

/// A response's body as an output to write on a thread.
class Download {
  public:
    explicit Download(asio::any_io_executor executor);

    std::shared_ptr<image::Output> output();

    /// Sends what is written until the output was let go; starts the answer at the first byte, so that a
    /// failure before it still gets its status.
    Task<void> run(http::Exchange& exchange, std::string content_type, http::Headers headers = {});

  private:
    http::Socket reader_;
    std::shared_ptr<image::Output> output_;
};

/// Answers with the tar that `write` writes, as it writes it. The output is let go with the task, which ends
/// the answer.
Task<void> send_tar(http::Exchange& exchange, http::Headers headers,
                    std::function<Task<void>(std::shared_ptr<image::Output>)> write);

/// The answer of load and import: a line for each step, sent as the steps happen on another thread.
class ProgressAnswer {
  public:
    ProgressAnswer(http::Exchange& exchange, asio::any_io_executor executor);

    /// May be called on any thread until join().
    image::ProgressSink sink();

    /// Waits until all steps so far are sent.
    Task<void> join();

    /// One line more. After join().
    Task<void> line(const wire::ProgressLine& line);

    /// Reports a failure: as the answer's status while nothing was sent, else as a line.
    Task<void> fail(std::exception_ptr failure);

  private:
    struct State;
    static Task<void> send(http::Exchange& exchange, std::shared_ptr<State> state);

    http::Exchange& exchange_;
    std::shared_ptr<State> state_;
};

}  // namespace dhow::api::images
