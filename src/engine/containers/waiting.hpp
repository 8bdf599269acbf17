#pragma once
// The places where clients wait for a container: for its exit, and for its streams.

#include <memory>
#include <optional>

#include "base/async/sync.hpp"
#include "engine/containers/containers.hpp"
#include "shim/client/client.hpp"

namespace dhow::engine {

/// A wait. Kept by its client; the container knows it weakly.
class WaitPlace final : public ExitWait {
  public:
    WaitPlace(asio::any_io_executor executor, WaitCondition wanted)
        : condition(wanted), settled_(std::move(executor)) {}

    Task<std::optional<WaitResult>> result() override;
    void close() override;

    void settle(WaitResult result);

    const WaitCondition condition;

  private:
    std::optional<WaitResult> result_;
    bool closed_ = false;
    Signal settled_;
};

struct Live;

/// A client at the container's streams. Until the container runs it waits here; the start hands it its
/// stream.
class AttachPlace final : public Attachment {
  public:
    AttachPlace(asio::any_io_executor executor, std::shared_ptr<Live> container, AttachRequest request,
                std::string detach_keys);

    bool tty() const override { return tty_; }
    Task<UniqueFd> stream() override;
    void close() override;

    /// Opens the stream at the container's shim, before its program runs. A failure ends this place alone.
    Task<void> connect(std::shared_ptr<shim::Client> shim);
    /// There will be no stream.
    void give_up();

  private:
    shim::AttachRequest shim_request() const;

    std::shared_ptr<Live> container_;
    AttachRequest request_;
    std::string detach_keys_;  // raw
    bool tty_;
    bool over_ = false;
    UniqueFd stream_;
    Signal changed_;
};

/// Connects a place to a container that runs already.
Task<void> attach_now(std::shared_ptr<AttachPlace> place, std::shared_ptr<shim::Client> shim);

/// Wakes a stream that follows a log once the container has ended, so that it ends too.
Task<void> wake_at_end(std::shared_ptr<Live> container, std::weak_ptr<LogStream> stream);

}  // namespace dhow::engine
