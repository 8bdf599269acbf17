#pragma once
// What a Dockerfile says, as plain structs. Nothing is expanded here: words keep their variables, quotes and
// escapes until the values are known (expand.hpp).
// Source: Dockerfile reference, one section an instruction.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "build/dockerfile/parser.hpp"

namespace dhow::build::dockerfile {

/// A command: the JSON form is run as it is, the other by the shell of the stage.
struct CommandLine {
    bool exec_form = false;
    std::vector<std::string> args;  ///< one for the shell form
};

struct KeyValue {
    std::string key;
    std::string value;
    bool operator==(const KeyValue&) const = default;
};

struct Arg {
    std::string key;
    std::optional<std::string> value;
};

/// RUN --mount=...
struct RunMount {
    enum class Type { bind, cache, tmpfs, secret, ssh };
    enum class Sharing { shared, private_, locked };
    Type type = Type::bind;
    std::string target;
    std::string source;
    std::string from;  ///< a stage, an image; "" the context (bind) or nothing (cache)
    std::string id;
    std::string environment;  ///< of a secret: the variable that holds it
    bool read_only = false;
    bool required = false;
    Sharing sharing = Sharing::shared;
    std::int64_t size = 0;              ///< of a tmpfs, bytes; 0: no limit
    std::optional<std::uint32_t> mode;  ///< of what is made at the target
    std::optional<std::uint32_t> uid, gid;
};

struct AddArgs {
    std::vector<Arg> args;
};
struct AddEnv {
    std::vector<KeyValue> pairs;
};
struct AddLabels {
    std::vector<KeyValue> pairs;
};
struct Run {
    CommandLine command;
    std::vector<std::string> mounts;   ///< as written; read by parse_mount() once variables are known
    std::string network = "default";   ///< or "none", "host"
    std::string security = "sandbox";  ///< or "insecure"
    std::vector<Heredoc> heredocs;
};
/// COPY and ADD.
struct Copy {
    bool add = false;
    std::vector<std::string> sources;
    /// Here-documents among the sources: files with that content.
    std::vector<Heredoc> documents;
    std::string destination;
    std::string from;
    std::string owner;  ///< --chown
    std::string mode;   ///< --chmod
    bool link = false;
    bool parents = false;
    std::vector<std::string> exclude;
    std::string checksum;
    bool keep_git_dir = false;
    std::optional<bool> unpack;
};
struct Workdir {
    std::string path;
};
struct User {
    std::string name;
};
struct Volume {
    std::vector<std::string> paths;
};
struct Expose {
    std::vector<std::string> ports;
};
struct Cmd {
    CommandLine command;
};
struct Entrypoint {
    CommandLine command;
};
struct Shell {
    std::vector<std::string> words;
};
struct StopSignal {
    std::string signal;
};
struct Health {
    bool none = false;
    CommandLine command;
    std::chrono::nanoseconds interval{}, timeout{}, start_period{}, start_interval{};
    int retries = 0;
};
struct OnBuild {
    std::string trigger;  ///< the instruction, as it was written
};
struct Maintainer {
    std::string name;
};

struct Instruction {
    std::variant<AddArgs, AddEnv, AddLabels, Run, Copy, Workdir, User, Volume, Expose, Cmd, Entrypoint, Shell,
                 StopSignal, Health, OnBuild, Maintainer>
        what;
    std::string written;  ///< "RUN echo hello"
    Lines lines;
    std::vector<std::string> comments{};  ///< the lines of comment right in front of it
};

struct Stage {
    std::string base;      ///< as written: an image or a stage before it
    std::string platform;  ///< as written
    std::string name;      ///< lower case, "" without AS
    std::string written;
    std::vector<std::string> comments;  ///< the lines of comment right in front of it
    Lines lines;
    std::vector<Instruction> instructions;
};

struct Dockerfile {
    Directives directives;
    std::vector<Instruction> global_args;  ///< each holds AddArgs
    std::vector<Stage> stages;
    std::vector<Lines> empty_continuations;  ///< where a statement with an empty line in it ends
};

/// Reads a whole Dockerfile. @throws DockerfileError
Dockerfile parse_dockerfile(std::string_view text);

/// One instruction that is neither FROM nor part of a file: of ONBUILD, and of `--change`.
/// @throws DockerfileError
Instruction parse_instruction(const Statement& statement, char escape);

/// The value of a --mount flag. @throws InvalidArgument
RunMount parse_mount(std::string_view text);

/// What a secret, an agent or a cache is known by: what is written, or what stands for it.
std::string id_of(const RunMount& mount);

/// What the comments in front of an ARG or a FROM tell of a name: the rest of the line that begins with it.
std::string description_of(const std::vector<std::string>& comments, std::string_view name);

}  // namespace dhow::build::dockerfile
