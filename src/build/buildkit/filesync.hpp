#pragma once
// Folders of a client, brought here: moby.filesync.v1.FileSync. Only files that are not here already, by
// their size, time and mode, are sent. Source: tonistiigi/fsutil, receive.go.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "build/buildkit/sessions.hpp"
#include "build/contexts/contexts.hpp"
#include "build/files/contents.hpp"
#include "build/files/stop.hpp"

namespace dhow::build::buildkit {

struct Wanted {
    std::string folder;                ///< as the client calls it: "context", "dockerfile"
    std::vector<std::string> include;  ///< patterns; none: all
    std::vector<std::string> exclude;  ///< patterns, as in .dockerignore
    std::vector<std::string> follow;   ///< paths and patterns; with what links in them lead to. None: all
};

/// Makes `into` hold what is wanted, and nothing else. `progress` is told how many bytes have come.
/// @return what is known of the contents there
/// @throws NotFound when the session offers no files; what else goes wrong
Task<std::shared_ptr<const files::KnownContents>> receive_files(
    BlockingPool& pool, std::shared_ptr<Session> session, Wanted wanted, Contexts::Lease into,
    std::function<void(std::int64_t bytes)> progress, std::shared_ptr<Cancellation> stop);

/// A call's metadata for values that may hold any byte: percent-encoded as a whole, with "NAME-encoded"
/// beside it, when some byte of them is not ASCII. @param name in lower case
void add_encoded(rpc::Metadata& metadata, const std::string& name, const std::vector<std::string>& values);

}  // namespace dhow::build::buildkit
