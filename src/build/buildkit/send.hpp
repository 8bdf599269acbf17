#pragma once
// A built image's files, sent to a client: moby.filesync.v1.FileSend.

#include <functional>
#include <memory>
#include <string>

#include "build/buildkit/sessions.hpp"
#include "build/files/stop.hpp"
#include "image/source.hpp"

namespace dhow::build::buildkit {

using Progress = std::function<void(std::int64_t bytes)>;

/// Sends what `write` writes, as one file; `write` runs on the pool. `exporter` is which of its outputs the
/// client shall take it for. @throws Unavailable when the client stops taking it
Task<void> send_stream(BlockingPool& pool, std::shared_ptr<Session> session, int exporter,
                       std::function<void(image::Output&)> write, Progress progress,
                       std::shared_ptr<Cancellation> stop);

/// Sends a tree into a folder of the client: fsutil's protocol, the sending end. Extended attributes stay
/// behind. Source: tonistiigi/fsutil, send.go.
Task<void> send_tree(BlockingPool& pool, std::shared_ptr<Session> session, int exporter, UniqueFd root,
                     Progress progress, std::shared_ptr<Cancellation> stop);

/// Takes a file that the client sends as one stream: moby.upload.v1.Upload. `read` runs on the pool.
Task<void> receive_stream(BlockingPool& pool, std::shared_ptr<Session> session, std::string id,
                          std::function<void(image::Source&)> read, Progress progress,
                          std::shared_ptr<Cancellation> stop);

}  // namespace dhow::build::buildkit
