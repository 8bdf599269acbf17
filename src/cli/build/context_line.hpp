#pragma once
// Folders to build from, brought to the daemon: it keeps what it got, and is sent what changed since
// (wire/context_line.hpp).

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/ignore.hpp"
#include "base/unique_fd.hpp"
#include "client/client.hpp"

namespace dhow::cli {

/// A folder, and what of it a build gets to see.
struct ContextFolder {
    std::string path;
    std::string name;  ///< in the build: "" is the context itself
    IgnoreRules rules;
    std::string dockerfile;  ///< the text of one that is not in the folder; "" when it is
    std::string ignore;      ///< the text of the .dockerignore that counts, beside such a Dockerfile
};

class ContextLines {
  public:
    /// `sending` is told of each folder how many bytes of its files must be sent, before they are.
    ContextLines(client::Client& client, std::function<void(const ContextFolder&, std::int64_t)> sending)
        : client_(client), sending_(std::move(sending)) {}

    /// Brings a folder. @return the id that the daemon knows it by, as long as this lives
    /// @throws SystemError for what cannot be read; Unavailable; what the daemon says
    std::string bring(const ContextFolder& folder);

  private:
    client::Client& client_;
    std::function<void(const ContextFolder&, std::int64_t)> sending_;
    std::vector<UniqueFd> lines_;
};

}  // namespace dhow::cli
