#pragma once
// What a build reads: a folder, a Dockerfile or a tar on standard input, or what the daemon fetches; and the
// folders that --build-context and --cache-from name.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ignore.hpp"

namespace dhow::cli {

/// A folder that goes along in the same tar, below its name.
struct SentFolder {
    std::string name;  ///< in the tar: "contexts/0"
    std::string path;
    bool ignores = true;  ///< its .dockerignore counts
};

struct Input {
    std::string folder;      ///< "" without one
    std::string archive;     ///< the first bytes of a tar on standard input
    std::string dockerfile;  ///< its name in the context
    std::string content;     ///< a Dockerfile that is not in the folder
    std::string remote;      ///< what the daemon fetches instead
    IgnoreRules rules;
    std::vector<SentFolder> folders;  ///< with any, the context itself is the tar's folder "context"
};

/// `path`: a folder, a URL, or "-". `file`: the value of --file, or "".
/// @throws InvalidArgument in docker's words
Input read_input(const std::string& path, const std::string& file);

/// Whether something is for the daemon to fetch.
bool is_remote(std::string_view path);

/// Writes the body of the request. Blocks on standard input and files.
/// @throws InvalidArgument for folders beside a tar on standard input
void send_input(const Input& input, const std::function<void(std::string_view)>& write);

}  // namespace dhow::cli
