#pragma once
// What a build reads: a folder, a Dockerfile or a tar on standard input, or what the daemon fetches; and the
// folders that --build-context and --cache-from name.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/build/context_line.hpp"

namespace dhow::cli {

/// A folder that goes along in the body's tar, below its name.
struct SentFolder {
    std::string name;  ///< in the tar: "folders/0"
    std::string path;
};

struct Input {
    std::optional<ContextFolder> folder;
    std::string archive;              ///< the first bytes of a tar on standard input
    std::string dockerfile;           ///< its name in the context
    std::string content;              ///< a Dockerfile that is not in the folder
    std::string remote;               ///< what the daemon fetches instead
    std::vector<SentFolder> folders;  ///< with any, a context of the body is the tar's folder "context"
};

/// `path`: a folder, a URL, or "-". `file`: the value of --file, or "".
/// @throws InvalidArgument in docker's words
Input read_input(const std::string& path, const std::string& file);

/// A folder of --build-context, without what its .dockerignore leaves out.
ContextFolder read_named_folder(const std::string& name, const std::string& path);

/// Whether something is for the daemon to fetch.
bool is_remote(std::string_view path);

/// Writes the body of the request: what is brought on no connection of its own (context_line.hpp). Blocks on
/// standard input and files.
/// @throws InvalidArgument for folders beside a tar on standard input
void send_input(const Input& input, const std::function<void(std::string_view)>& write);

}  // namespace dhow::cli
