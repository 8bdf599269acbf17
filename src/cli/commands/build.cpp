// `dhow build`: the context goes to the daemon as a tar, its words come back as they are said.

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "base/base64.hpp"
#include "base/units.hpp"
#include "cli/build/context_tar.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/support.hpp"
#include "cli/credentials/store.hpp"
#include "cli/files.hpp"
#include "cli/terminal/raw_mode.hpp"
#include "client/streams.hpp"
#include "oci/reference.hpp"

namespace dhow::cli {

namespace {

constexpr std::array options{
    list("add-host", 0, "Add a line to /etc/hosts of the containers that build (HOST:IP)"),
    list("build-arg", 0, "Set a variable of ARG (NAME=VALUE, or NAME alone for that of the environment)"),
    completing(text("file", 'f', "The Dockerfile (default: PATH/Dockerfile)"), Completes::files),
    completing(text("iidfile", 0, "Write the image's ID to a file"), Completes::files),
    list("label", 0, "Set metadata of the image (NAME=VALUE)"),
    completing(text("metadata-file", 0, "Write what was built to a file, as JSON"), Completes::files),
    text("network", 0, "What RUN is connected to", "default"),
    flag("no-cache", 0, "Use nothing again of earlier builds"),
    list("no-cache-filter", 0, "Use nothing again in these stages"),
    text("platform", 0, "Build for a platform (os/arch[/variant])"),
    flag("check", 0, "Look at the Dockerfile for likely mistakes, and build nothing"),
    choice("progress", "How to show the build", "auto|plain", "auto"),
    flag("pull", 0, "Ask the registry for a newer base image"),
    list("secret", 0, "Offer a secret to RUN --mount=type=secret (id=ID[,src=FILE|,env=NAME])"),
    flag("quiet", 'q', "Print the image's ID alone"),
    text("shm-size", 0, "Size of /dev/shm (e.g. 64m)"),
    list("tag", 't', "Name the image (NAME[:TAG])"),
    text("target", 0, "Build this stage and what it needs"),
};

std::string read_all(int fd, const char* what) {
    std::string content, chunk(64 << 10, '\0');
    while (auto got = check(::read(fd, chunk.data(), chunk.size()), "read {}", what))
        content.append(chunk, 0, static_cast<std::size_t>(got));
    return content;
}

/// NAME=VALUE pairs as a JSON object. A NAME alone takes the environment's value, or null.
json::Object pairs(const std::vector<std::string>& list, bool from_environment) {
    json::Object object;
    for (const auto& pair : list) {
        auto equals = pair.find('=');
        auto name = pair.substr(0, equals);
        if (equals != pair.npos) {
            object[name] = pair.substr(equals + 1);
        } else if (const char* value = from_environment ? std::getenv(name.c_str()) : nullptr) {
            object[name] = value;
        } else if (from_environment) {
            object[name] = nullptr;
        } else {
            object[name] = "";
        }
    }
    return object;
}

/// "id=token,src=file", "id=token,env=NAME"; without either, the variable or else the file of that name.
std::pair<std::string, std::string> read_secret(const std::string& text) {
    std::string id, file, variable;
    for (std::size_t start = 0; start <= text.size();) {
        auto end = std::min(text.find(',', start), text.size());
        auto field = text.substr(start, end - start);
        start = end + 1;
        auto equals = field.find('=');
        auto key = field.substr(0, equals);
        auto value = equals == field.npos ? "" : field.substr(equals + 1);
        if (key == "id")
            id = value;
        else if (key == "src" || key == "source")
            file = value;
        else if (key == "env")
            variable = value;
        else if (key != "type" || (value != "file" && value != "env"))
            throw InvalidArgument("unexpected key '{}' in '{}'", key, field);
    }
    if (id.empty()) throw InvalidArgument("secret missing \"id\"");
    if (file.empty() && variable.empty()) (std::getenv(id.c_str()) ? variable : file) = id;
    if (!file.empty()) return {id, read_file(file)};
    const char* value = std::getenv(variable.c_str());
    if (!value) throw InvalidArgument("secret {}: the environment has no {}", id, variable);
    return {id, value};
}

void add_headers(client::Request& request, const Arguments& arguments) {
    // Of every registry that a FROM may name, as docker sends them.
    request.headers.emplace_back("X-Registry-Config", CredentialStore().all_header());
    if (!arguments.has("secret")) return;
    json::Object secrets;
    for (const auto& text : arguments.list("secret")) {
        auto [id, content] = read_secret(text);
        secrets[id] = base64_encode(content);
    }
    auto header = base64_encode(json::dump(std::move(secrets)), Base64::url);
    constexpr std::size_t longest = 200 << 10;  // of a request's head
    if (header.size() > longest) throw InvalidArgument("the secrets are longer than 100 KiB");
    request.headers.emplace_back("X-Dhow-Build-Secrets", std::move(header));
}

client::Target make_target(const Arguments& arguments, const std::string& dockerfile) {
    client::Target target("/build");
    target.add("dockerfile", dockerfile).add("rm", "1").add("version", "1");
    for (const auto& tag : arguments.list("tag")) {
        oci::Reference::parse(tag);
        target.add("t", tag);
    }
    for (const auto& host : arguments.list("add-host")) target.add("extrahosts", host);
    if (arguments.has("build-arg"))
        target.add("buildargs", json::dump(pairs(arguments.list("build-arg"), true)));
    if (arguments.has("label")) target.add("labels", json::dump(pairs(arguments.list("label"), false)));
    target.add("networkmode", arguments.text("network"));
    target.add_if(arguments.flag("no-cache"), "nocache", "1").add_if(arguments.flag("pull"), "pull", "1");
    target.add_if(arguments.flag("check"), "check", "1");
    target.add_if(arguments.flag("quiet"), "q", "1");
    target.add_if(arguments.has("platform"), "platform", arguments.text("platform"));
    for (const auto& stage : arguments.list("no-cache-filter")) target.add("nocachefilter", stage);
    target.add_if(arguments.has("target"), "target", arguments.text("target"));
    if (arguments.has("shm-size"))
        target.add("shmsize", std::to_string(parse_size(arguments.text("shm-size"))));
    return target;
}

/// What a build reads: a folder, or standard input as a tar or as a Dockerfile alone.
struct Input {
    std::string folder;      ///< "" without one
    std::string archive;     ///< the first bytes of a tar on standard input
    std::string dockerfile;  ///< its name in the context
    std::string content;     ///< a Dockerfile that is not in the folder
    std::string remote;      ///< what the daemon fetches instead
    IgnoreRules rules;
};

bool is_archive(std::string_view start) {
    return start.starts_with("\x1f\x8b") ||
           start.starts_with(
               "\xfd"
               "7zXZ") ||
           start.starts_with("BZh") || start.starts_with("\x28\xb5\x2f\xfd") ||
           (start.size() >= 262 && start.substr(257, 5) == "ustar");
}

Input from_standard_input(const Arguments& arguments) {
    Input input;
    input.dockerfile = arguments.has("file") ? std::string(arguments.text("file")) : "Dockerfile";
    std::string start(512, '\0');
    std::size_t size = 0;
    while (size < start.size()) {
        auto got =
            check(::read(STDIN_FILENO, start.data() + size, start.size() - size), "read standard input");
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    start.resize(size);
    if (is_archive(start))
        input.archive = start;
    else
        input.content = start + read_all(STDIN_FILENO, "standard input");
    return input;
}

bool is_remote(std::string_view path) {
    for (std::string_view start : {"http://", "https://", "git://", "ssh://", "git@", "github.com/"})
        if (path.starts_with(start)) return true;
    return false;
}

Input from_remote(const Arguments& arguments) {
    Input input;
    input.remote = arguments[0];
    input.dockerfile = arguments.has("file") ? std::string(arguments.text("file")) : "Dockerfile";
    return input;
}

/// The path of a file relative to the folder, or "" when it is outside.
std::string inside(const std::string& folder, const std::string& file) {
    std::error_code failed;
    auto root = std::filesystem::canonical(folder, failed);
    auto path = std::filesystem::canonical(file, failed);
    auto relative = path.lexically_relative(root).string();
    return relative.empty() || relative == "." || relative.starts_with("..") ? "" : relative;
}

Input from_folder(const Arguments& arguments) {
    Input input;
    input.folder = arguments[0];
    if (!std::filesystem::is_directory(input.folder))
        throw InvalidArgument("unable to prepare context: path \"{}\" not found", input.folder);
    auto file = arguments.has("file") ? std::string(arguments.text("file")) : input.folder + "/Dockerfile";
    if (file == "-") {
        input.content = read_all(STDIN_FILENO, "standard input");
    } else {
        if (!std::filesystem::exists(file))
            throw InvalidArgument(
                "unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat {}: no "
                "such file or directory",
                file);
        input.dockerfile = inside(input.folder, file);
        if (input.dockerfile.empty()) input.content = read_file(file);
    }
    // A Dockerfile from elsewhere gets a name that nothing in the folder has.
    if (input.dockerfile.empty()) input.dockerfile = fmt::format(".dockerfile.{}", ::getpid());
    auto ignore = std::filesystem::exists(file + ".dockerignore") ? file + ".dockerignore"
                                                                  : input.folder + "/.dockerignore";
    if (std::filesystem::exists(ignore)) {
        auto text = read_file(ignore);
        // These two are sent in any case: the daemon needs them, and takes them out again.
        input.rules = IgnoreRules::parse(text + "\n!.dockerignore\n!" + input.dockerfile + "\n");
    }
    return input;
}

void send_context(const Input& input, const WriteBytes& write) {
    if (!input.remote.empty()) return;
    if (!input.archive.empty()) {
        write(input.archive);
        std::string chunk(256 << 10, '\0');
        while (auto got = check(::read(STDIN_FILENO, chunk.data(), chunk.size()), "read standard input"))
            write(std::string_view(chunk).substr(0, static_cast<std::size_t>(got)));
        return;
    }
    ContextTar tar(write);
    if (!input.folder.empty()) tar.add_folder(input.folder, input.rules);
    if (!input.content.empty()) tar.add_file(input.dockerfile, input.content);
    tar.finish();
}

/// Shows the words of the build. @return the image's id
std::string show(Session& session, client::JsonStream stream, bool quiet) {
    std::string id;
    while (auto message = stream.next()) {
        auto failure = string_at(*message, "errorDetail.message");
        if (!failure.empty()) {
            session.flush();
            auto code = integer_at(*message, "errorDetail.code");
            throw Exit(code > 0 && code < 256 ? static_cast<int>(code) : 1, failure);
        }
        if (auto built = string_at(*message, "aux.ID"); !built.empty()) id = built;
        auto words = string_at(*message, "stream");
        // The daemon's red is for terminals.
        if (!is_terminal(STDOUT_FILENO)) {
            for (std::string_view code : {"\x1b[91m", "\x1b[0m"})
                for (auto at = words.find(code); at != words.npos; at = words.find(code))
                    words.erase(at, code.size());
        }
        session.write(words);
        if (!quiet) session.flush();
    }
    return id;
}

void write_text(const std::string& file, const std::string& text) {
    std::ofstream out(file);
    out << text;
    if (!out.flush()) throw InvalidArgument("cannot write {}", file);
}

/// As buildx writes it, of what is known here.
std::string metadata(const Arguments& arguments, const std::string& id) {
    json::Object object;
    object["containerimage.config.digest"] = id;
    std::string names;
    for (const auto& name : arguments.list("tag")) names += (names.empty() ? "" : ",") + name;
    if (!names.empty()) object["image.name"] = names;
    return json::dump(std::move(object)) + "\n";
}

int build(Session& session, const Arguments& arguments) {
    auto input = arguments[0] == "-"       ? from_standard_input(arguments)
                 : is_remote(arguments[0]) ? from_remote(arguments)
                                           : from_folder(arguments);
    auto target = make_target(arguments, input.dockerfile);
    target.add_if(!input.remote.empty(), "remote", input.remote);
    client::Request request{.method = "POST", .target = target.take()};
    request.content_type = "application/x-tar";
    add_headers(request, arguments);
    auto connection = session.client().upload(
        std::move(request),
        [&](const std::function<void(std::string_view)>& write) { send_context(input, write); });
    auto id = show(session, client::JsonStream(std::move(connection)), arguments.flag("quiet"));
    if (auto file = arguments.text("iidfile"); !file.empty()) write_text(std::string(file), id);
    if (auto file = arguments.text("metadata-file"); !file.empty())
        write_text(std::string(file), metadata(arguments, id));
    return 0;
}

}  // namespace

constinit const Command build_command{
    .name = "build",
    .usage = "[OPTIONS] PATH | URL | -",
    .summary = "Build an image from a Dockerfile",
    .options = options,
    .arity = {1, 1},
    .run = build,
    .completes = Completes::files,
    .aliases = "dhow image build, dhow build",
};

}  // namespace dhow::cli
